import type { ProbeStep } from '../../src/account/probe-report';

/** Collects what a test of an account reports. */
export function collectSteps(): { steps: ProbeStep[]; report: (step: ProbeStep) => void; outcomes: () => string[] } {
    const steps: ProbeStep[] = [];
    return {
        steps,
        report: step => void steps.push(step),
        outcomes: () => steps.map(({ step, outcome }) => `${step} ${outcome}`)
    };
}
