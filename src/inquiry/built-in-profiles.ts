import adf from './profiles/adf.json';
import autoscout24 from './profiles/autoscout24.json';
import contactForm from './profiles/contact-form.json';
import ebay from './profiles/ebay.json';
import immobilienscout24 from './profiles/immobilienscout24.json';
import immowelt from './profiles/immowelt.json';
import jsonLd from './profiles/json-ld.json';
import kleinanzeigen from './profiles/kleinanzeigen.json';
import machineseekerCategory from './profiles/machineseeker-category.json';
import machineseeker from './profiles/machineseeker.json';
import mobileDe from './profiles/mobile-de.json';
import openimmo from './profiles/openimmo.json';
import willhaben from './profiles/willhaben.json';
import type { Profile } from './profile';
import { checkProfile } from './profile-check';

const FILES: readonly unknown[] = [
    machineseeker,
    machineseekerCategory,
    kleinanzeigen,
    autoscout24,
    mobileDe,
    immobilienscout24,
    immowelt,
    ebay,
    willhaben,
    openimmo,
    adf,
    jsonLd,
    contactForm
];

let checked: readonly Profile[] | null = null;

/** The profiles that come with the pack, checked at the first use. */
export function builtInProfiles(): readonly Profile[] {
    checked ??= FILES.map(checkProfile);
    return checked;
}
