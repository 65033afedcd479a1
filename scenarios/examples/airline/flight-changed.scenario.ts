import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'a classic fare is moved to a flight with seats, for the fee',
  agent: triage,
  contextVariables: customerCase({ fare: 'classic' }),
  steps: [
    user('I cannot make it on Thursday morning.'),
    callTool('transfer_to_flight_modification'),
    say('Would you like to fly at another time, or not at all?'),
    user('A bit later, if there is something.'),
    callTool('transfer_to_flight_change'),
    callTool('valid_to_change_flight'),
    say('LPW 226 leaves at 13:40, LPW 240 on Friday at 17:50. The change costs 45 euros.'),
    user('LPW 226, and 45 euros is fine.'),
    callTool('change_flight', { flight: 'LPW 226' }),
    callTool('case_resolved', { summary: 'Moved to LPW 226.' }),
    say('You fly on Thursday at 13:40.'),
  ],
  expect: {
    agents: ['Triage', 'Flight Modification', 'Flight Change'],
    contextVariables: { resolved: ['Moved to LPW 226.'] },
    stopReason: 'completed',
  },
  check({ trace: { toolCalls, requests }, response }) {
    const [, , valid, changed] = toolCalls.map(({ content }) => content);
    assert.deepEqual(JSON.parse(valid!), {
      valid: true,
      fee: 45,
      flights: ['LPW 226, Thursday at 13:40', 'LPW 240, Friday at 17:50'],
    });
    assert.equal(changed, 'BRG44T is on LPW 226 now, Thursday at 13:40. Charged: 45 euros.');
    const { booking, otherFlights } = response!.contextVariables as ReturnType<typeof customerCase>;
    assert.equal(booking.paid, 225);
    assert.equal(otherFlights.find(({ number }) => number === 'LPW 226')?.seats, 3);
    assert.match(
      requests.at(-1)?.request.messages[0]?.content as string,
      /Booking BRG44T: LPW 226, [^]*225 euros[^]*name the fee \(classic 45 euros, flex none\)/,
    );
  },
});
