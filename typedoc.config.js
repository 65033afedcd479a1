import { Comment, Converter, OptionDefaults, ReflectionKind } from 'typedoc';

/** @param {import('typedoc').Reflection} member */
function spare(member) {
  member.comment ??= new Comment([{ kind: 'text', text: 'See what it is part of.' }]);
}

/**
 * TypeDoc asks for more than the gate wants: for members of an object type in a union or an array, whose names and the
 * comment of what they are part of say enough, and for members that override those of another class.
 *
 * @param {import('typedoc').Application} app
 */
function spareObviousMembers(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const literal of project.getReflectionsByKind(ReflectionKind.TypeLiteral)) literal.traverse(spare);
    for (const member of project.getReflectionsByKind(ReflectionKind.Property)) {
      if (member.overwrites) spare(member);
    }
  });
}

/**
 * The API reference, from the docstrings. It fails where a public export, or a member of a public class or interface, has no
 * docstring, and where a link leads nowhere.
 *
 * @type {import('typedoc').TypeDocOptions}
 */
export default {
  entryPoints: ['src/*.ts'],
  out: 'api-reference',
  cleanOutputDir: true,
  readme: 'none',
  excludeInternal: true,
  // Nothing links to the sources, so no git remote is asked for.
  disableSources: true,
  plugin: [spareObviousMembers],
  requiredToBeDocumented: [...OptionDefaults.requiredToBeDocumented, 'Constructor'],
  validation: { notDocumented: true, invalidLink: true, rewrittenLink: true },
  treatWarningsAsErrors: true,
};
