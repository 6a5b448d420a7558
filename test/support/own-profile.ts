/** A portal that a user has described: its form asks "Wer" and "Was". */
export const OWN_PROFILE = {
    id: 'own',
    portal: 'own',
    senders: ['*@example.com'],
    format: 'label-value',
    labels: { Wer: 'contact.name', Was: 'inquiry.text' },
    required: ['inquiry.text']
};
