/** What a line of a header block inside a mail is about. */
export type HeaderLabel = 'from' | 'date' | 'to' | 'subject' | 'copy';

const words = (text: string): string[] => text.split(',').map(word => word.trim());

/**
 * Labels of the header block that mail programs put above the mail that is answered, in lower case, by meaning:
 * German, English, French, Italian, Spanish, Dutch, Portuguese, Polish, Danish, Norwegian, Swedish, Finnish, Czech,
 * Hungarian, Russian, Ukrainian, Turkish, Japanese, Chinese (both scripts).
 */
const LABEL_WORDS: Record<HeaderLabel, string[]> = {
    from: words(
        `from, von, absender, de, expéditeur, da, mittente, remitente, van, afzender, remetente, od, nadawca, fra,
        afsender, avsender, från, avsändare, lähettäjä, odesílatel, feladó, от, отправитель, от кого, від, відправник,
        від кого, gönderen, kimden, 差出人, 送信者, 发件人, 寄件者, 寄件人`
    ),
    date: words(
        `sent, date, gesendet, datum, gesendet am, envoyé, envoyé le, inviato, data, enviado, enviado el, fecha,
        verzonden, enviada em, enviado em, wysłano, wysłane, sendt, dato, skickat, lähetetty, päivämäärä, päiväys,
        odesláno, elküldve, dátum, отправлено, дата, відправлено, надіслано, gönderildi, gönderilme, tarih, 送信日時, 日付,
        日時, 发送时间, 日期, 時間, 寄件日期, 傳送時間, 已发送`
    ),
    to: words(
        `to, an, à, destinataire, a, para, aan, do, til, till, vastaanottaja, komu, címzett, кому, kime, alıcı, 宛先,
        收件人, 收件者`
    ),
    subject: words(
        `subject, betreff, objet, oggetto, asunto, onderwerp, assunto, temat, emne, ämne, aihe, předmět, tárgy, тема,
        konu, 件名, 主题, 主旨, 主題`
    ),
    copy: words(`cc, kopie, copie, copia, kopi, kopia, dw, kopio, másolat, копия, копія, bilgi, 抄送, 副本`)
};

export const LABELS: ReadonlyMap<string, HeaderLabel> = new Map(
    (Object.keys(LABEL_WORDS) as HeaderLabel[]).flatMap(label => LABEL_WORDS[label].map(word => [word, label] as const))
);

/** The verb of the line "On … wrote:", as whole words; one of them stands in it in nearly every language. */
export const WROTE: readonly string[] = words(
    `wrote, writes, schrieb, geschrieben, a écrit, écrit, ha scritto, scrive, escribió, escribe, schreef,
    escreveu, napisał, napisała, napisano, pisze, skrev, skreiv, kirjoitti, napsal, napsala, napísal, írta, írt, написал,
    написала, написано, пишет, написав, пише, yazdı, yazmış`
);
/** The same in scripts without blanks, where a word has no borders. */
export const WROTE_UNSPACED: readonly string[] = words(
    `写道, 寫道, 撰写, 撰寫, 书面, のメール, のメッセージ, 書きました`
);

/** First words of that line. */
export const WROTE_FIRST: ReadonlySet<string> = new Set(
    words(
        `on, at, am, le, il, el, op, em, no, w, dnia, den, på, pe, ma, ti, ke, to, pe, la, su, dne, dňa, à, 在, 于, 於`
    )
);

/** Between dashes: "-----Original Message-----". */
export const ORIGINAL_MESSAGE: readonly string[] = words(
    `original message, original appointment, original nachricht, forwarded message, originalnachricht, ursprüngliche nachricht,
    original-nachricht, weitergeleitete nachricht, message d'origine, message d’origine, message original, message initial,
    message transféré, message transmis, messaggio originale, messaggio inoltrato, mensaje original, mensaje reenviado,
    oorspronkelijk bericht, doorgestuurd bericht, mensagem original, mensagem encaminhada, oryginalna wiadomość,
    wiadomość oryginalna, wiadomość przekazana, oprindelig meddelelse, videresendt meddelelse, opprinnelig melding,
    videresendt melding, ursprungligt meddelande, vidarebefordrat meddelande, alkuperäinen viesti, välitetty viesti,
    původní zpráva, původní e-mail, přeposlaná zpráva, eredeti üzenet, továbbított üzenet, исходное сообщение, пересылаемое сообщение,
    вихідне повідомлення, оригінальне повідомлення, переслане повідомлення, özgün ileti, orijinal mesaj, iletilen mesaj,
    元のメッセージ, 転送メッセージ, original, 原始邮件, 原始郵件, 原始信件, 转发邮件, 转发的邮件, 邮件原件`
);
/** Without dashes, with a colon at the end. */
export const FORWARDED_BELOW: readonly string[] = words(
    `begin forwarded message, anfang der weitergeleiteten nachricht, début du message réexpédié,
    début du message transféré, inizio messaggio inoltrato, inicio del mensaje reenviado`
);

/** How the lines begin or end that phones and mail programs add; each counts only beside the name of a product. */
export const SENT_FROM: readonly string[] = words(
    `sent from, sent with, sent via, get outlook for, gesendet von, gesendet mit, von meinem, von unterwegs, diese nachricht wurde von, diese e-mail wurde von, outlook für,
    envoyé de, envoyé depuis, envoyé à partir, téléchargez outlook, obtenir outlook, inviato da, scarica outlook, ottieni outlook,
    enviado desde, enviado do, enviado de, obtener outlook, obter o outlook, verzonden vanaf, verstuurd vanaf,
    download outlook, wysłane z, wysłano z, pobierz outlook, sendt fra, hent outlook, få outlook, skickat från, skaffa outlook,
    hämta outlook, lähetetty, hanki outlook, odesláno z, získat outlook, elküldve, az iphone, az én, отправлено с, отправлено из, надіслано з, відправлено з, iphone'umdan,
    iphone’umdan, android telefonumdan, iphoneから送信, ipadから送信, 从我的, 發自我的, 发自我的, 从 windows`
);
export const PRODUCTS: readonly string[] = words(
    `iphone, ipad, android, galaxy, samsung, huawei, xiaomi, blackberry, outlook, windows, yahoo, gmx mail, web.de mail,
    gmail, proton, mail app, mobile, mobil, smartphone, handy, telefon, telefoon, téléphone, phone, tablet, thunderbird, icloud, айфон`
);
