import { Draft } from './draft';
import type { Field } from './profile';
import { childOf, childrenOf, type XmlNode } from './xml-reader';

export const OPENIMMO_ROOT = 'openimmo_feedback';

/** The published versions (1.1 to 1.2.7) differ in fields that are added, never in the meaning of one. English: variants. */
const ITEM: Readonly<Record<string, Field>> = {
    portal_obj_id: 'item.id',
    oobj_id: 'item.ownId',
    bezeichnung: 'item.title',
    title: 'item.title',
    expose_url: 'item.url',
    url: 'item.url',
    preis: 'item.price',
    price: 'item.price',
    vermarktungsart: 'item.category',
    marketing_type: 'item.category'
};
const PERSON: Readonly<Record<string, Field>> = {
    anrede: 'contact.salutation',
    salutation: 'contact.salutation',
    vorname: 'contact.firstName',
    first: 'contact.firstName',
    firstname: 'contact.firstName',
    nachname: 'contact.lastName',
    last: 'contact.lastName',
    lastname: 'contact.lastName',
    firma: 'contact.company',
    company: 'contact.company',
    strasse: 'contact.address.street',
    street: 'contact.address.street',
    plz: 'contact.address.postalCode',
    zip: 'contact.address.postalCode',
    ort: 'contact.address.city',
    location: 'contact.address.city',
    city: 'contact.address.city',
    land: 'contact.address.country',
    country: 'contact.address.country',
    tel: 'contact.phones[landline]',
    phone: 'contact.phones[landline]',
    mobil: 'contact.phones[mobile]',
    mobile: 'contact.phones[mobile]',
    fax: 'contact.phones[fax]',
    email: 'contact.email',
    bevorzugt: 'inquiry.preferredContact',
    preferred: 'inquiry.preferredContact',
    wunsch: 'inquiry.kind',
    wish: 'inquiry.kind',
    anfrage: 'inquiry.text',
    enquiry: 'inquiry.text',
    inquiry: 'inquiry.text'
};
const OBJECTS = ['objekt', 'object'];
const PERSONS = ['interessent', 'prospect'];
const FREE_FIELDS = 'user_defined_extend';

/** OpenImmo feedback: one inquiry for each `interessent` of each `objekt`. What has no field of its own stays in `extra`. */
export function readOpenImmo(root: XmlNode): Draft[] {
    const sender = childOf(root, 'sender');
    return childrenOf(root, ...OBJECTS).flatMap(object =>
        childrenOf(object, ...PERSONS).map(person => {
            const draft = new Draft();
            readFields(object, ITEM, draft, 'objekt');
            readFields(person, PERSON, draft, '');
            draft.set('inquiry.receivedAt', childOf(sender, 'datum', 'date')?.text ?? '', 'datum');
            draft.keep('sender', childOf(sender, 'name')?.text ?? '');
            draft.currency = childOf(object, 'wae', 'currency')?.text ?? '';
            return draft;
        })
    );
}

/** The prefix tells fields of the object from those of the person, which share names such as "ort". */
function readFields(node: XmlNode, fields: Readonly<Record<string, Field>>, draft: Draft, prefix: string): void {
    for (const child of node.children) {
        const field = Object.hasOwn(fields, child.name) ? fields[child.name] : undefined;
        // in the English variant "surname" holds the form of address where a last name stands beside it
        const label = prefix === '' ? child.name : `${prefix}.${child.name}`;
        if (child.name === FREE_FIELDS) {
            readFreeFields(child, draft);
        } else if (child.name === 'surname') {
            draft.set(childOf(node, 'last') ? 'contact.salutation' : 'contact.lastName', child.text, label);
        } else if (field === undefined || !draft.set(field, child.text, label)) {
            if (!PERSONS.includes(child.name)) {
                draft.keep(label, child.text);
            }
        }
    }
}

function readFreeFields(node: XmlNode, draft: Draft): void {
    for (const free of childrenOf(node, 'feld', 'field')) {
        const name = childOf(free, 'name')?.text ?? '';
        const value = childOf(free, 'wert', 'value')?.text ?? '';
        if (name !== '') {
            draft.keep(name, value);
        }
    }
}
