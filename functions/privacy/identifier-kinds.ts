/**
 * The kinds of identifiers that the Safe Harbor list of 45 CFR 164.514(b)(2) names (items A to R): how a column that
 * holds one is called, and how its values look. Kernels only: a text goes in, a yes or no comes out.
 */
import { givenNames } from './given-names.ts'
import {
  isDate,
  isIban,
  isImei,
  isIpAddress,
  isPaymentCard,
  isSocialSecurityNumber,
  isVehicleNumber,
} from './value-checks.ts'

export interface IdentifierKind {
  /** Item of the list. */
  readonly item: string
  readonly words: string
  /** What its column is to be classed as. */
  readonly phi: 'direct' | 'quasi'
  /** Over the words of a column's name, set apart and surrounded by single spaces, in lower case. */
  readonly name?: RegExp
  /** Words that say that the column tells something about it, not it. */
  readonly unless?: RegExp
  /** What its values look like at least: a name alone is not believed without. */
  readonly like: (text: string) => boolean
  /** Values that nothing else looks like: believed whatever the column's name. */
  readonly is?: (text: string) => boolean
  /** The same amid a longer text. */
  readonly within?: RegExp
}

const test = (pattern: RegExp) => (text: string) => pattern.test(text)
const isWord = test(/^\p{L}[\p{L}'’. -]{1,40}$/u)
const isName = test(/^\p{L}[\p{L}'’., -]{1,40}$/u)
const isCode = test(/^(?=.*\d)[A-Za-z]{0,5}[-# ]?[A-Za-z0-9][A-Za-z0-9 ./-]{3,30}$/)
const isLong = (text: string) => text.length >= 24

/** About something, instead of being it. */
const about =
  / (?:type|types|kind|class|category|count|counts|flag|status|opt|verified|valid|length|density|population|size|domain|provider|score|rate|group|tier|level|region|model|vendor|brand|format|version|share|index|changes?|calls?|visits?|views?|clicks?|hits?|age) /
const thing =
  / (?:file|column|table|product|brand|drug|test|model|company|firm|organi[sz]ation|event|field|variable|dataset|category|country|state|item|street|city|county|host|domain|ship|clinic|school|lab|unit|department|dept|procedure|display|class|type|job|role) /

export const identifierKinds = {
  name: {
    item: 'A',
    words: 'name of a person',
    phi: 'direct',
    name: / (?:(?:first|last|given|family|full|middle|maiden|sur|fore|person|contact|member|customer|client|guardian|mother|father|spouse|employee|physician|doctor|holder|sender|recipient|beneficiary|relative|insured) ?(?:names?|nm)|surname|forename|lastname|firstname|fullname|fname|lname|nickname|next of kin|guardian|emergency contact) |^ (?:names?|initials|alias) $/,
    unless: thing,
    like: isName,
    is: (text) => isName(text) && text.split(/[ ,]+/).some((word) => givenNames.has(word.toLowerCase())),
  },
  address: {
    item: 'B',
    words: 'address or place below a state',
    phi: 'direct',
    name: / (?:address|addr|street|residence|house (?:number|no|nbr)|apartment|apt|home ?town) /,
    unless: / (?:count|type|flag|ip|mac|email|mail|e|web|url|changes?|verified|length|memory) /,
    like: test(/\p{L}/u),
    is: test(
      /^\d{1,6}[A-Za-z]? (?:[NSEW]\.? )?[\p{L}0-9.'’ -]{2,40} (?:st|street|ave|avenue|rd|road|blvd|boulevard|ln|lane|dr|drive|ct|court|pl|place|way|terrace|ter|pkwy|parkway|cir|circle|sq|square|hwy|highway)\b\.?/iu,
    ),
    within:
      /\b\d{1,6} [A-Z][a-z]+(?: [A-Z][a-z]+)? (?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd)\b/,
  },
  zip: {
    item: 'B',
    words: 'postal code',
    phi: 'quasi',
    name: / (?:zip ?\d?|zipcode|postcode|post code|postal|postal code|census tract|tract|geocode|plz) /,
    unless: about,
    like: (text) => /^(?=.*\d)[A-Z0-9][A-Z0-9 -]{2,9}$/i.test(text),
    is: test(/^\d{5}-\d{4}$/),
  },
  place: {
    item: 'B',
    words: 'place below a state',
    phi: 'quasi',
    name: / (?:city|town|county|precinct|municipality|village|parish|birth ?place|place of birth|suburb|neighbou?rhood) /,
    unless: about,
    like: isWord,
  },
  position: {
    item: 'B',
    words: 'position on the map',
    phi: 'quasi',
    // `long` alone or last: `geo_long`, and not `long_term_share`.
    name: / (?:latitude|longitude|lat|lon|lng|long(?= $)|gps|coordinates?) /,
    like: test(/^\(?[-+]?\d{1,3}\.\d{3,}/),
  },
  date: {
    item: 'C',
    words: 'date finer than a year',
    phi: 'quasi',
    name: / (?:dob|birthday|birth ?date|birthdate|date of birth|born|date|admitted on|discharged on|deceased on|death ?date|datetime|timestamp|dt) /,
    unless: / (?:update|candidate|mandate|count|type|format|range|valid|key) /,
    like: isDate,
    is: isDate,
  },
  phone: {
    item: 'D',
    words: 'telephone number',
    phi: 'direct',
    name: / (?:phones?|telephone|tel|mobile|cell ?phone|cellphone|msisdn|home phone|work phone|pager) /,
    unless: about,
    like: (text) => /^[+()\d .x/-]{7,24}$/i.test(text) && text.replace(/\D/g, '').length >= 7,
    is: test(
      /^(?:\+\d{1,3}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){2,5}\d{2,4}|(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])[2-9]\d\d[.-]\d{4}(?: ?x\d+)?)$/,
    ),
    within: /(?:\([2-9]\d\d\) ?|\b[2-9]\d\d[.-])[2-9]\d\d[.-]\d{4}\b/,
  },
  fax: {
    item: 'E',
    words: 'fax number',
    phi: 'direct',
    name: / (?:fax|facsimile|telefax) /,
    unless: about,
    like: (text) => /^[+()\d .x/-]{7,24}$/i.test(text),
  },
  email: {
    item: 'F',
    words: 'e-mail address',
    phi: 'direct',
    name: / (?:email|mail|e mail|mailbox) /,
    unless: about,
    like: test(/@/),
    is: test(/^[^\s@,;<>]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}$/),
    within: /\b[\w.+-]{1,64}@[A-Za-z0-9-]+\.[A-Za-z]{2,24}\b/,
  },
  ssn: {
    item: 'G',
    words: 'social security number',
    phi: 'direct',
    name: / (?:ssn|social security|sin|tax id|taxpayer|tin|national id|nin|itin) /,
    like: test(/^\d{3}[- ]?\d{2,3}[- ]?\d{3,4}$/),
    is: isSocialSecurityNumber,
    within: /\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b/,
  },
  record: {
    item: 'H',
    words: 'medical record number',
    phi: 'direct',
    name: / (?:mrn|medical record|record (?:number|no|nbr|id)|chart (?:number|no|nbr|id)|emr|ehr id|med rec) /,
    unless: about,
    like: isCode,
    is: test(/^(?:MRN|MR|MED)[-#: ]?\d{5,12}$/i),
    within: /\bMRN[-#: ]{0,2}\d{5,12}\b/i,
  },
  plan: {
    item: 'I',
    words: 'number of a health plan or its member',
    phi: 'direct',
    name: / (?:(?:health ?plan|beneficiary|policy|member|subscriber|insurance|insured|medicare|medicaid|hic|mbi) ?(?:id|number|no|nbr|num)|mbi|hicn) /,
    unless: / (?:type|count|status|tier) /,
    like: isCode,
    is: test(
      /^[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}$/,
    ),
  },
  account: {
    item: 'J',
    words: 'account or card number',
    phi: 'direct',
    name: / (?:(?:account|acct|card|credit card|bank|routing) ?(?:id|number|no|nbr|num)|iban|pan) /,
    unless: / (?:type|count|status|age|balance) /,
    like: isCode,
    is: (text) => isPaymentCard(text) || isIban(text),
  },
  licence: {
    item: 'K',
    words: 'certificate or licence number',
    phi: 'direct',
    name: / (?:(?:licen[cs]e|certificate|cert|passport|dea|npi|visa) ?(?:id|number|no|nbr|num|code)?) /,
    unless: / (?:type|count|status|plate|class|expired|expiry|state|flag|agreement|url|software) /,
    like: isCode,
  },
  vehicle: {
    item: 'L',
    words: 'vehicle number or plate',
    phi: 'direct',
    name: / (?:vin|license plate|licence plate|number plate|plate(?: (?:number|no|nbr))?|vehicle (?:id|number|no|registration)|registration plate) /,
    unless: / (?:type|count|thickness|tectonic|reader) /,
    like: test(/^(?=.*\d)[A-Z0-9][A-Z0-9 -]{3,16}$/i),
    is: isVehicleNumber,
  },
  device: {
    item: 'M',
    words: 'device identifier or serial number',
    phi: 'direct',
    name: / (?:imei|imsi|udid|udi|mac ?addr(?:ess)?|mac|serial(?: (?:number|no|nbr))?|device ?(?:id|identifier|serial|uid)|implant (?:id|number)) /,
    unless: / (?:type|count|port|rate) /,
    like: (text) => isCode(text) || /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i.test(text),
    is: (text) => /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i.test(text) || isImei(text),
  },
  url: {
    item: 'N',
    words: 'web address',
    phi: 'direct',
    name: / (?:urls?|uri|website|web ?site|homepage|web ?page|link|profile page) /,
    unless: about,
    like: test(/[./]/),
    is: test(/^(?:https?|ftp):\/\/\S+$|^www\.\S+\.\S+$/i),
    within: /\bhttps?:\/\/\S+/i,
  },
  ip: {
    item: 'O',
    words: 'IP address',
    phi: 'direct',
    name: / (?:ip|ipv4|ipv6|ip ?addr(?:ess)?|remote addr(?:ess)?) /,
    unless: / (?:class|count|type|country|version|rating) /,
    like: test(/[.:]/),
    is: isIpAddress,
  },
  biometric: {
    item: 'P',
    words: 'biometric identifier',
    phi: 'direct',
    name: / (?:biometrics?|fingerprints?|finger print|voice ?print|retina|retinal scan|iris (?:code|scan|template)|face (?:embedding|template|id)|palm print|genome|dna) /,
    unless: / (?:count|type|flag|quality|length|width) /,
    like: isLong,
  },
  photo: {
    item: 'Q',
    words: 'full-face photograph or the like',
    phi: 'direct',
    name: / (?:photos?|photograph|portrait|selfie|headshot|picture|avatar|face image|mugshot) /,
    unless: / (?:count|type|flag|size|width|height) /,
    like: (text) => isLong(text) || /\.(?:jpe?g|png|gif|webp|heic|bmp|tiff?)$/i.test(text),
    is: test(/^data:image\//i),
  },
  code: {
    item: 'R',
    words: 'unique number or code',
    phi: 'direct',
    // The tables of this world call their keys so; a count is called so too, at the beginning (num_…).
    name: / (?:id|ids|identifier|uuid|guid|key|nbr|pid|uid|user ?name|login|handle)(?: \d+)? $| (?:number|no|nr|ref|reference|token|code id) $/,
    unless: / (?:of|per|type|class|category|status|floor|room|page|line|order of) /,
    like: (text) => /^[A-Za-z0-9][A-Za-z0-9_.:-]{1,63}$/.test(text) && !/^-?\d+\.\d*$/.test(text),
    is: test(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i),
  },
} as const satisfies Record<string, IdentifierKind>

export type IdentifierName = keyof typeof identifierKinds
export const identifierNames = Object.keys(identifierKinds) as IdentifierName[]
export const kindOf = (name: IdentifierName): IdentifierKind => identifierKinds[name]
