/** Latent frames a second: 48 000 samples over 1 920 a frame. */
export const LATENT_HZ = 25;
