import { Draft } from './draft';
import type { PhoneKind } from './types';
import { childOf, childrenOf, type XmlNode } from './xml-reader';

export const ADF_ROOT = 'adf';

/** `type` of a telephone in ADF; it tells the place, not the kind of line, except for the mobile ones. */
const PHONE_KINDS: Readonly<Record<string, PhoneKind>> = { cellphone: 'mobile', mobile: 'mobile', fax: 'fax' };
/** What a prospect asks for, by the attribute `interest` of the vehicle. */
const INTERESTS: Readonly<Record<string, string>> = { 'trade-in': 'offer', sell: 'offer' };

/** Auto-lead Data Format: one inquiry for each `prospect`. Elements that have no field of their own are kept in `extra`. */
export function readAdf(root: XmlNode): Draft[] {
    return childrenOf(root, 'prospect').map(readProspect);
}

function readProspect(prospect: XmlNode): Draft {
    const draft = new Draft();
    draft.set('inquiry.receivedAt', textOf(prospect, 'requestdate'), 'requestdate');
    draft.set('inquiry.threadKey', textOf(prospect, 'id'), 'id');
    const vehicles = childrenOf(prospect, 'vehicle');
    // a vehicle that is offered in part exchange stands beside the one that is asked for
    const wanted = vehicles.find(vehicle => !isTradeIn(vehicle)) ?? vehicles[0];
    if (wanted) {
        readVehicle(wanted, draft);
    }
    vehicles.filter(vehicle => vehicle !== wanted).forEach(vehicle => keepAll(vehicle, draft, 'vehicle'));
    readCustomer(childOf(prospect, 'customer'), draft);
    const provider = childOf(prospect, 'provider');
    if (provider) {
        draft.keep('provider', textOf(provider, 'name') || (provider.children.length === 0 ? provider.text : ''));
    }
    return draft;
}

function readVehicle(vehicle: XmlNode, draft: Draft): void {
    const fields = { year: 'item.year', make: 'item.make', model: 'item.model', vin: 'item.vin' } as const;
    for (const [name, field] of Object.entries(fields)) {
        draft.set(field, textOf(vehicle, name), name);
    }
    draft.set('item.ownId', textOf(vehicle, 'stock'), 'stock');
    const price = childOf(vehicle, 'price');
    if (price) {
        draft.set('item.price', price.text, 'price');
        draft.currency = price.attributes.get('currency') ?? '';
    }
    draft.set('inquiry.kind', INTERESTS[vehicle.attributes.get('interest') ?? ''] ?? '', 'interest');
    const known = [...Object.keys(fields), 'stock', 'price'];
    for (const child of vehicle.children.filter(({ name }) => !known.includes(name))) {
        draft.keep(`vehicle.${child.name}`, child.text);
    }
    for (const name of ['interest', 'status']) {
        draft.keep(`vehicle.${name}`, vehicle.attributes.get(name) ?? '');
    }
}

function readCustomer(customer: XmlNode | undefined, draft: Draft): void {
    const contact = childOf(customer, 'contact');
    readNames(contact, draft);
    draft.set('contact.email', textOf(contact, 'email'), 'email');
    for (const phone of childrenOf(contact, 'phone')) {
        const kind = PHONE_KINDS[phone.attributes.get('type')?.toLowerCase() ?? ''] ?? 'unknown';
        draft.set(`contact.phones[${kind}]`, phone.text, 'phone');
        draft.set('inquiry.preferredContact', phone.attributes.get('time') ?? '', 'time');
    }
    const address = childOf(contact, 'address');
    const street = childrenOf(address, 'street').map(({ text }) => text);
    draft.set('contact.address.street', street.filter(line => line !== '').join('\n'), 'street');
    draft.set('contact.address.city', textOf(address, 'city'), 'city');
    draft.set('contact.address.region', textOf(address, 'regioncode'), 'regioncode');
    draft.set('contact.address.postalCode', textOf(address, 'postalcode'), 'postalcode');
    draft.set('contact.address.country', textOf(address, 'country'), 'country');
    draft.set('inquiry.text', textOf(customer, 'comments'), 'comments');
    const timeframe = childOf(customer, 'timeframe');
    if (timeframe) {
        draft.keep('timeframe', timeframe.text);
    }
}

function readNames(contact: XmlNode | undefined, draft: Draft): void {
    for (const name of childrenOf(contact, 'name')) {
        const part = name.attributes.get('part')?.toLowerCase() ?? 'full';
        if (name.attributes.get('type')?.toLowerCase() === 'business') {
            draft.set('contact.company', name.text, 'name');
        } else if (part === 'first') {
            draft.set('contact.firstName', name.text, 'name');
        } else if (part === 'last') {
            draft.set('contact.lastName', name.text, 'name');
        } else if (part === 'full') {
            draft.set('contact.name', name.text, 'name');
        } else {
            draft.keep(`name.${part}`, name.text);
        }
    }
}

function isTradeIn(vehicle: XmlNode): boolean {
    return vehicle.attributes.get('interest')?.toLowerCase() === 'trade-in';
}

function keepAll(node: XmlNode, draft: Draft, prefix: string): void {
    node.children.forEach(child => draft.keep(`${prefix}2.${child.name}`, child.text));
}

function textOf(node: XmlNode | undefined, name: string): string {
    return childOf(node, name)?.text ?? '';
}
