export async function handler(): Promise<never> {
  throw new Error('Cannot answer: this stage is being written');
}
