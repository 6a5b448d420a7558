import { majorPresets } from './major-presets';
import type { Preset } from './preset';
import { regionalPresets } from './regional-presets';

/** Every provider known by name, most asked for first. */
export const presets: readonly Preset[] = [...majorPresets, ...regionalPresets];

/** The preset saved under `id`; undefined for "another server" and for one this version does not know. */
export function findPreset(id: string): Preset | undefined {
    return presets.find(candidate => candidate.id === id);
}

/** The preset whose domains hold this address; undefined when none does or the text is no address. */
export function presetForAddress(address: string): Preset | undefined {
    const [, domain] = /^[^@]+@([^@]+)$/.exec(address.trim().toLowerCase()) ?? [];
    return domain === undefined ? undefined : presets.find(candidate => hasDomain(candidate, domain));
}

function hasDomain(candidate: Preset, domain: string): boolean {
    return candidate.domains.some(entry =>
        entry.startsWith('*.') ? domain.endsWith(entry.slice(1)) : domain === entry
    );
}
