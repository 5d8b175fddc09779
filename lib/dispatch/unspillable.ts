/**
 * Why a queue will never take some messages, however often they are sent: the cause that a spill queue answers with.
 * Any other cause is a matter of time.
 */
export class Unspillable extends Error {
  override readonly name = "Unspillable";
}
