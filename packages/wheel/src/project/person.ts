import { quoted, WheelError } from '../error.js';
import type { HeaderField } from '../header-fields.js';
import type { Check } from './check.js';
import { isTable, line, shape } from './check.js';
import type { Person } from './project.js';

const EMAIL = /^[^\s@<>,"]+@[^\s@<>,"]+$/;

/** A person of PEP 621: a name without commas, an email address, or both. */
export const checkPerson: Check = (value, key, report) => {
  shape({ name: line(checkPersonName), email: line(checkEmail) })(value, key, report);
  if (isTable(value) && value['name'] === undefined && value['email'] === undefined) {
    report(key, 'needs a name, an email or both');
  }
};

/**
 * The header fields of people by the rules of PEP 621: those with an email address go into `Author-email`
 * (with their names), those without into `Author`; each list is one field, joined by commas.
 */
export function personFields(role: 'Author' | 'Maintainer', people: readonly Person[]): HeaderField[] {
  const names = people.flatMap(({ name, email }) =>
    email === undefined && name !== undefined ? [name] : [],
  );
  const emails = people.flatMap(({ name, email }) => {
    if (email === undefined) return [];
    return [name === undefined ? email : `${displayName(name)} <${email}>`];
  });
  return [
    ...(names.length > 0 ? [[role, names.join(', ')] as const] : []),
    ...(emails.length > 0 ? [[`${role}-email`, emails.join(', ')] as const] : []),
  ];
}

/** RFC 5322 3.2.4: a name with one of its special characters is a quoted string. */
function displayName(name: string): string {
  return /[()<>[\]:;@\\,."]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name;
}

function checkPersonName(name: string): void {
  if (name.includes(',')) throw new WheelError('bad-metadata', `${quoted(name)} must not contain a comma`);
}

function checkEmail(email: string): void {
  if (!EMAIL.test(email)) throw new WheelError('bad-metadata', `${quoted(email)} is not an email address`);
}
