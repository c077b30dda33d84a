// As much of JSON Schema as static/openapi.json uses. An unknown keyword is a fault: a schema must not promise what nobody checks.
import { isDeepStrictEqual } from "node:util";

const kinds = {
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  null: (value) => value === null,
};

const checks = {
  description: () => [],
  default: () => [],
  $ref: (value, _, name, at, root) => check(value, name.slice(2).split("/").reduce((part, key) => part[key], root), at, root),
  type: (value, _, types, at) => ([types].flat().some((type) => kinds[type](value)) ? [] : [`${at}: not ${types}`]),
  enum: (value, _, allowed, at) => (allowed.some((one) => isDeepStrictEqual(one, value)) ? [] : [`${at}: not one of ${allowed}`]),
  pattern: (value, _, pattern, at) => (typeof value !== "string" || new RegExp(pattern, "u").test(value) ? [] : [`${at}: ${value} does not fit ${pattern}`]),
  minimum: (value, _, least, at) => (typeof value !== "number" || value >= least ? [] : [`${at}: less than ${least}`]),
  maximum: (value, _, most, at) => (typeof value !== "number" || value <= most ? [] : [`${at}: more than ${most}`]),
  minItems: (value, _, least, at) => (!Array.isArray(value) || value.length >= least ? [] : [`${at}: fewer than ${least} items`]),
  maxItems: (value, _, most, at) => (!Array.isArray(value) || value.length <= most ? [] : [`${at}: more than ${most} items`]),
  items: (value, _, schema, at, root) => (Array.isArray(value) ? value.flatMap((one, i) => check(one, schema, `${at}/${i}`, root)) : []),
  prefixItems: (value, _, schemas, at, root) => (Array.isArray(value) ? schemas.flatMap((schema, i) => (i < value.length ? check(value[i], schema, `${at}/${i}`, root) : [])) : []),
  required: (value, _, names, at) => (kinds.object(value) ? names.filter((name) => !(name in value)).map((name) => `${at}: no ${name}`) : []),
  properties: (value, _, properties, at, root) => (kinds.object(value) ? Object.entries(properties).flatMap(([name, schema]) => (name in value ? check(value[name], schema, `${at}/${name}`, root) : [])) : []),
  additionalProperties: (value, schema, more, at, root) => {
    if (!kinds.object(value)) return [];
    const others = Object.keys(value).filter((name) => !(name in (schema.properties ?? {})));
    return more === false ? others.map((name) => `${at}: ${name} is not described`) : others.flatMap((name) => check(value[name], more, `${at}/${name}`, root));
  },
  oneOf: (value, _, schemas, at, root) => {
    const fitting = schemas.filter((schema) => check(value, schema, at, root).length === 0).length;
    return fitting === 1 ? [] : [`${at}: fits ${fitting} of the choices`];
  },
};

function check(value, schema, at, root) {
  return Object.entries(schema).flatMap(([keyword, argument]) => checks[keyword]?.(value, schema, argument, at, root) ?? [`${at}: unknown keyword ${keyword}`]);
}

/** What is wrong with the value, a sentence each. root: where $refs look. */
export function schemaFaults(value, schema, root) {
  return check(value, schema, "#", root);
}
