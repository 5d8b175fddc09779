/** The project of the samples that `doctor` sends, to which nobody sends a bill. */
export const DOCTOR_PROJECT = "countersign.doctor";
/**
 * What the ids of their resources begin with; few, and always the same ones. The project is no part of it: what is behind a
 * project's name in an id a tenant may have chosen, and such a sample is recorded with a mark.
 */
export const DOCTOR_RESOURCE = "doctor";
