import type {
  V1Container,
  V1Job,
  V1PodSpec,
  V1Secret,
  V1Volume,
  V1VolumeMount,
} from '@kubernetes/client-node';

/** The data of the library's classes: a manifest is an object like any other, made without loading them. */
type Plain<T> = T extends Date
  ? T
  : T extends readonly (infer Element)[]
    ? Plain<Element>[]
    : T extends object
      ? { [Key in keyof T]: Plain<T[Key]> }
      : T;

export type Container = Plain<V1Container>;
export type Job = Plain<V1Job>;
export type Metadata = NonNullable<Job['metadata']>;
export type PodSpec = Plain<V1PodSpec>;
export type Secret = Plain<V1Secret>;
export type Volume = Plain<V1Volume>;
export type VolumeMount = Plain<V1VolumeMount>;
