/** What a turn's playing has come to. `at` counts samples of the output since it began. */
export interface Sounded { kind: 'sounded'; turn: number; at: number }
export interface Played { kind: 'played'; turn: number; samples: number }
export type PlaybackReport = Sounded | Played;

interface Piece { turn: number; samples: Float32Array; used: number }

const AUDIBLE = 0.003;

/** Plays what comes, some of it held back so that a late piece leaves no gap. Counts in samples of the output. */
export class Playback {
  private pieces: Piece[] = [];
  private waiting = 0;
  private filling = true;
  private filledFor = 0;
  private turn = 0;
  private played = 0;
  private sounded = false;
  private reported = 0;
  private clock = 0;

  /** @param cushion held back before playing begins; @param interval between reports of the place */
  constructor(private readonly cushion: number, private readonly interval: number, private readonly report: (report: PlaybackReport) => void) {}

  push(turn: number, samples: Float32Array): void {
    if (samples.length === 0) return;
    this.pieces.push({ turn, samples, used: 0 });
    this.waiting += samples.length;
  }

  /** Forgets what was not played, and tells where it was. */
  flush(): void {
    this.pieces = [];
    this.waiting = 0;
    this.filling = true;
    this.filledFor = 0;
    this.tell();
  }

  get idle(): boolean {
    return this.waiting === 0;
  }

  render(output: Float32Array): void {
    output.fill(0);
    const start = this.begin(output.length);
    for (let i = start; i < output.length; i++) {
      const piece = this.pieces[0];
      if (!piece) break;
      this.follow(piece.turn);
      const value = piece.samples[piece.used++]!;
      output[i] = value;
      this.played++;
      this.waiting--;
      if (!this.sounded && Math.abs(value) > AUDIBLE) {
        this.sounded = true;
        this.report({ kind: 'sounded', turn: this.turn, at: this.clock + i });
      }
      if (piece.used === piece.samples.length) this.pieces.shift();
    }
    this.clock += output.length;
    if (this.waiting === 0 && !this.filling) {
      this.filling = true;
      this.filledFor = 0;
      this.tell();
    } else if (this.played - this.reported >= this.interval) this.tell();
  }

  /** Where playing goes on in this block; past its end while the cushion fills. What is less than a cushion is played after as long a wait. */
  private begin(length: number): number {
    if (!this.filling) return 0;
    if (this.waiting === 0) return length;
    this.filledFor += length;
    if (this.waiting < this.cushion && this.filledFor <= this.cushion) return length;
    this.filling = false;
    return 0;
  }

  private follow(turn: number): void {
    if (turn === this.turn) return;
    this.tell();
    this.turn = turn;
    this.played = this.reported = 0;
    this.sounded = false;
  }

  private tell(): void {
    if (this.played === this.reported) return;
    this.reported = this.played;
    this.report({ kind: 'played', turn: this.turn, samples: this.played });
  }
}
