import { Comment, Converter, OptionDefaults, ReflectionKind } from 'typedoc';

/** @param {import('typedoc').Reflection} member */
function spare(member) {
  member.comment ??= new Comment([{ kind: 'text', text: 'See the type that contains it.' }]);
}

/**
 * Supplies docstrings that TypeDoc requires but this project does not: for members of an object type in a union or an
 * array, whose names and containing type say enough, and for members that override a member of another class.
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
 * Builds the API reference from the docstrings. It fails if a public export, or a member of a public class or
 * interface, has no docstring, or if a link is broken.
 *
 * @type {import('typedoc').TypeDocOptions}
 */
export default {
  entryPoints: ['src/*.ts'],
  out: 'api-reference',
  cleanOutputDir: true,
  readme: 'none',
  excludeInternal: true,
  // The reference does not link to the sources, so TypeDoc needs no git remote.
  disableSources: true,
  plugin: [spareObviousMembers],
  requiredToBeDocumented: [...OptionDefaults.requiredToBeDocumented, 'Constructor'],
  validation: { notDocumented: true, invalidLink: true, rewrittenLink: true },
  treatWarningsAsErrors: true,
};
