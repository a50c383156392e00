//! Packs texts more tightly than deflate, for files that a reader loads by the dozen: each bit is
//! predicted from what stands before it, and coded in as few bits as it surprises.
//!
//! Four things predict a bit: what followed the last byte, the last two, and the letters of the word
//! so far, each as often as it did; and what followed the last place where the same four bytes stood.
//! A small sum of them is weighed anew after each bit. It is what PAQ and lpaq do (Mahoney, "Adaptive
//! weighing of context models for lossless data compression", 2005), with few contexts so that it is
//! quick. What a result shows comes first and is only learned from: it has the words of the texts, and
//! the browser has it already; who is trusted is learned from the text itself.
//!
//! `themes/default/assets/search-excerpt.js` unpacks. Both do the same with whole numbers alone.

use wide::i16x8;

/// The places in a table of contexts, as a power of two.
const TABLE_BITS: u32 = 18;
const TABLE: usize = 1 << TABLE_BITS;
/// How many bytes must be alike for a match, and the places that are remembered.
const MATCH: usize = 4;
const PLACES_BITS: u32 = 16;
/// The longest match that is told apart.
const LONGEST: usize = 31;
/// How often something may have been seen before it learns no more slowly.
const SEEN: u16 = 15;
/// How fast weights learn, and what they are at first, in parts of 16,384.
const LEARNING: i32 = 6;
const WEIGHT: i16 = 6_500;
const INPUTS: usize = 4;
/// The weights of inputs; a vector has room for more, which stays empty.
const WEIGHTS: i16x8 = i16x8::new([WEIGHT, WEIGHT, WEIGHT, WEIGHT, 0, 0, 0, 0]);
/// Weights are apart by the length of the match and the bits before.
const SETS: usize = 4 * 256;
/// Multipliers that mix bits well.
const MIX: [u32; 3] = [0x9E37_79B1, 0x85EB_CA6B, 0x2F0B_4C47];
/// A probability of one half, seen never, which says next to nothing.
const HALF: u16 = 1 << 15;
/// Predicts bits, and learns from each.
pub struct Model {
    /// How the sum of the inputs, which is 16 bits, becomes a probability, and back.
    squash: Box<[i16; 1 << 16]>,
    stretch: Box<[i16; 4096]>,
    /// What a probability becomes after a bit that is not set, and after one that is.
    next: [Box<[u16; 1 << 16]>; 2],
    /// Apart from other models, which other processors change.
    learned: Box<Learned>,
    /// What was learned from what the reader has already.
    known: Box<Learned>,
}

/// What a model has learned.
struct Learned {
    /// Probabilities of contexts: of one byte, of two, of the word; and of matches by their length.
    /// The last four bits of each say how often it was seen, those before them are the probability.
    /// The second half of those of matches is for bits without one, and says nothing.
    of_byte: Box<[u16; 1 << 16]>,
    of_bytes: Box<[u16; TABLE]>,
    of_word: Box<[u16; TABLE]>,
    matches: [u16; 4 * (LONGEST + 1)],
    weights: Box<[i16x8; SETS]>,
    /// Where four bytes were last followed by something.
    places: Box<[u32; 1 << PLACES_BITS]>,
    history: Vec<u8>,
    /// The contexts of the byte that is next.
    contexts: [u32; 3],
    /// The last four bytes.
    last: u32,
    /// Where the match goes on, and how long it is.
    at: usize,
    length: usize,
}

impl Default for Model {
    fn default() -> Self {
        let squash: Vec<i32> =
            (-2047..=2047).map(|sum| (logistic(sum).round() as i32).min(4095)).collect();
        let mut stretch = Vec::with_capacity(4096);
        for (at, &probability) in squash.iter().enumerate() {
            while stretch.len() <= probability as usize {
                stretch.push(at as i16 - 2047);
            }
        }
        let rates = std::array::from_fn(|seen| 10_240 / (10 * seen as i32 + 13));
        let next = |bit| table(|slot| moved(slot, bit, &rates));
        let place = |sum: u16| (i32::from(sum as i16).clamp(-2047, 2047) + 2047) as usize;
        Self {
            squash: table(|sum| squash[place(sum)] as i16),
            stretch: Box::new(std::array::from_fn(|at| stretch.get(at).copied().unwrap_or(2047))),
            next: [next(false), next(true)],
            learned: Box::default(),
            known: Box::default(),
        }
    }
}

/// What predicts the bits of a byte, and whose weights count.
struct Asked {
    inputs: [[i16; INPUTS]; 8],
    sets: [usize; 8],
}

/// Makes a table of all numbers of 16 bits.
fn table<T: Copy + Default>(of: impl Fn(u16) -> T) -> Box<[T; 1 << 16]> {
    let mut table = Box::new([T::default(); 1 << 16]);
    for (value, at) in table.iter_mut().zip(0..=u16::MAX) {
        *value = of(at);
    }
    table
}

impl Default for Learned {
    fn default() -> Self {
        Self {
            of_byte: Box::new([HALF; 1 << 16]),
            of_bytes: Box::new([HALF; TABLE]),
            of_word: Box::new([HALF; TABLE]),
            matches: [HALF; 4 * (LONGEST + 1)],
            weights: Box::new([WEIGHTS; SETS]),
            places: Box::new([0; 1 << PLACES_BITS]),
            history: Vec::new(),
            contexts: [0; 3],
            last: 0,
            at: 0,
            length: 0,
        }
    }
}

impl Model {
    /// Packs texts, each for itself; `known` is what the reader has already. Returns with each the
    /// digest of what was learned, which tells whether the reader arrived at the same.
    pub fn pack(&mut self, known: &[u8], texts: &[&[u8]]) -> Vec<(Vec<u8>, u32)> {
        self.learned.forget();
        for &byte in known {
            self.ask(byte);
        }
        if texts.len() > 1 {
            self.known.copy(&self.learned);
        }
        let mut packed = Vec::with_capacity(texts.len());
        for (number, text) in texts.iter().enumerate() {
            if number > 0 {
                self.learned.copy(&self.known);
            }
            let bytes = Vec::with_capacity(text.len() / 3);
            let mut coder = Coder { low: 0, high: u32::MAX, bytes };
            for &byte in *text {
                let asked = self.ask(byte);
                for (place, probability) in self.weigh(byte, asked).into_iter().enumerate() {
                    coder.bit(byte >> (7 - place) & 1 == 1, probability);
                }
            }
            packed.push((coder.end(), self.learned.digest()));
        }
        packed
    }

    /// Asks what predicts the bits of a byte, the highest first, and lets it learn what they are. That
    /// it is asked for all bits before any is weighed lets a processor do several at a time.
    // Every byte of every text comes by; a call would cost more than it does.
    #[inline(always)]
    fn ask(&mut self, byte: u8) -> Asked {
        let Self { stretch, next, learned, .. } = self;
        let [one, two, word] = learned.contexts;
        let (two, word) = (two.wrapping_mul(MIX[1]), word.wrapping_mul(MIX[1]));
        let whole = u32::from(byte) | 256;
        let ask = |slot: &mut u16, step: usize| {
            let input = stretch[usize::from(*slot >> 4)];
            *slot = next[(whole >> (7 - step) & 1) as usize][usize::from(*slot)];
            input
        };
        let mut inputs = [[0; INPUTS]; 8];
        let mut sets = [0; 8];
        for (step, (inputs, set)) in inputs.iter_mut().zip(&mut sets).enumerate() {
            let bits = whole >> (8 - step);
            // (context + bits * MIX[0]) * MIX[1], whose first part is the same for all bits.
            let mixed = bits.wrapping_mul(MIX[0].wrapping_mul(MIX[1]));
            let place = |context: u32| context.wrapping_add(mixed) >> (32 - TABLE_BITS);
            inputs[0] = ask(&mut learned.of_byte[(one + bits) as usize & 0xffff], step);
            inputs[1] = ask(&mut learned.of_bytes[place(two) as usize], step);
            inputs[2] = ask(&mut learned.of_word[place(word) as usize], step);
            *set = bits as usize;
        }
        if learned.length > 0 {
            let expected = u32::from(learned.history[learned.at]) | 256;
            let level =
                256 * (1 + usize::from(learned.length > 7) + usize::from(learned.length > 15));
            let slots = 2 * learned.length.min(LONGEST);
            // The bits as expected, and the first that is not, are asked; all go the same way.
            let agree = (expected ^ whole).leading_zeros() as usize - 24;
            for (step, (inputs, set)) in inputs.iter_mut().zip(&mut sets).enumerate() {
                let asked = step <= agree;
                let bit = (expected >> (7 - step) & 1) as usize;
                let none = if asked { 0 } else { 2 * (LONGEST + 1) };
                inputs[3] = ask(&mut learned.matches[slots + bit + none], step) * i16::from(asked);
                *set += level * usize::from(asked);
            }
            if agree < 8 {
                learned.length = 0;
            }
        }
        learned.end_byte(byte);
        Asked { inputs, sets }
    }

    /// Weighs what was predicted: returns the probability that each bit is set, in parts of 4,096, and
    /// learns whom to trust.
    #[inline(always)]
    fn weigh(&mut self, byte: u8, Asked { inputs, sets }: Asked) -> [i32; 8] {
        let Self { squash, learned, .. } = self;
        let mut probabilities = [0; 8];
        for (step, (inputs, set)) in inputs.iter().zip(sets).enumerate() {
            let weights = &mut learned.weights[set];
            let [a, b, c, d] = *inputs;
            let inputs = i16x8::new([a, b, c, d, 0, 0, 0, 0]);
            let sum = inputs.dot(*weights).reduce_add();
            let probability = i32::from(squash[usize::from((sum >> 14) as u16)]);
            let bit = i32::from(byte >> (7 - step) & 1);
            let error = ((bit << 12) - probability) * LEARNING;
            *weights += (inputs + inputs).mul_keep_high(i16x8::splat(error as i16));
            probabilities[step] = probability;
        }
        probabilities
    }
}

impl Learned {
    fn forget(&mut self) {
        self.of_byte.fill(HALF);
        self.of_bytes.fill(HALF);
        self.of_word.fill(HALF);
        self.matches.fill(HALF);
        self.weights.fill(WEIGHTS);
        self.places.fill(0);
        self.history.clear();
        self.contexts = [0; 3];
        (self.last, self.at, self.length) = (0, 0, 0);
    }

    fn copy(&mut self, other: &Self) {
        self.of_byte.copy_from_slice(&*other.of_byte);
        self.of_bytes.copy_from_slice(&*other.of_bytes);
        self.of_word.copy_from_slice(&*other.of_word);
        self.matches = other.matches;
        self.weights.copy_from_slice(&*other.weights);
        self.places.copy_from_slice(&*other.places);
        self.history.clone_from(&other.history);
        self.contexts = other.contexts;
        (self.last, self.at, self.length) = (other.last, other.at, other.length);
    }

    fn digest(&self) -> u32 {
        let mut digest = 0_u32;
        for weights in &*self.weights {
            for weight in &weights.as_array()[..INPUTS] {
                digest = digest.wrapping_add(i32::from(*weight) as u32).wrapping_mul(MIX[2]);
            }
        }
        digest
    }

    fn end_byte(&mut self, byte: u8) {
        let is_same = self.length > 0 && self.history[self.at] == byte;
        self.history.push(byte);
        (self.at, self.length) = if is_same { (self.at + 1, self.length + 1) } else { (0, 0) };
        self.last = self.last << 8 | u32::from(byte);
        // Spaces and most signs end a word.
        let word = match byte > b'/' {
            true => self.contexts[2].wrapping_add(u32::from(byte | 32)).wrapping_mul(MIX[2]),
            false => 0,
        };
        self.contexts = [u32::from(byte) << 8, (self.last & 0xffff).wrapping_mul(MIX[2]), word];
        let end = self.history.len();
        let place = (self.last.wrapping_mul(MIX[2]) >> (32 - PLACES_BITS)) as usize;
        let before = self.places[place] as usize;
        self.places[place] = end as u32;
        if self.length == 0 && before > 0 {
            let same = (0..before.min(LONGEST)).take_while(|&back| {
                self.history[before - 1 - back] == self.history[end - 1 - back]
            });
            let length = same.count();
            if length >= MATCH {
                (self.at, self.length) = (before, length);
            }
        }
    }
}

/// Moves a probability towards a bit, by less the more often it was seen.
#[inline]
fn moved(slot: u16, bit: bool, rates: &[i32; SEEN as usize + 1]) -> u16 {
    let (probability, seen) = (i32::from(slot >> 4), slot & 15);
    let target = i32::from(bit) * 4095;
    let next = probability + (((target - probability) * rates[usize::from(seen)]) >> 10);
    (next as u16) << 4 | (seen + 1).min(SEEN)
}

/// An arithmetic coder: a range of numbers that each bit narrows by its probability.
struct Coder {
    low: u32,
    high: u32,
    bytes: Vec<u8>,
}

impl Coder {
    #[inline]
    fn bit(&mut self, bit: bool, probability: i32) {
        let middle = self.low + ((self.high - self.low) >> 12) * probability as u32;
        // Without a branch, which would be guessed wrong as often as the model.
        let mask = u32::from(bit).wrapping_neg();
        self.high = middle & mask | self.high & !mask;
        self.low = self.low & mask | (middle + 1) & !mask;
        while (self.low ^ self.high) >> 24 == 0 {
            self.bytes.push((self.high >> 24) as u8);
            (self.low, self.high) = (self.low << 8, self.high << 8 | 255);
        }
    }

    /// Writes the shortest number in the range; zeros follow it.
    fn end(mut self) -> Vec<u8> {
        for length in 1..=4 {
            let number = self.high >> (32 - 8 * length) << (32 - 8 * length);
            if number >= self.low {
                self.bytes.extend_from_slice(&number.to_be_bytes()[..length]);
                break;
            }
        }
        self.bytes
    }
}

/// The logistic function of a sum in parts of 256, in parts of 4,096.
fn logistic(sum: i32) -> f64 {
    4096.0 / (1.0 + (f64::from(-sum) / 256.0).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unpacks bit by bit, as the browser does.
    fn unpack(model: &Model, known: &[u8], packed: &[u8], length: usize) -> Vec<u8> {
        let mut learned = Learned::default();
        let mut bytes = packed.iter().copied().chain(std::iter::repeat(0));
        let mut next = || u32::from(bytes.next().unwrap());
        let mut code = (0..4).fold(0, |code, _| code << 8 | next());
        let (mut low, mut high) = (0_u32, u32::MAX);
        let hash = |context: u32, bits: u32| {
            let mixed = context.wrapping_add(bits.wrapping_mul(MIX[0]));
            (mixed.wrapping_mul(MIX[1]) >> (32 - TABLE_BITS)) as usize
        };
        for size in 0..known.len() + length {
            let [one, two, word] = learned.contexts;
            let mut bits = 1_u32;
            for place in (0..8).rev() {
                let slots = [(one + bits) as usize, hash(two, bits), hash(word, bits)];
                let tables = [&learned.of_byte[..], &learned.of_bytes[..], &learned.of_word[..]];
                let of = |slot: u16| i32::from(model.stretch[usize::from(slot >> 4)]);
                let mut inputs = [0, 1, 2, 3].map(|at| match at {
                    3 => 0,
                    at => of(tables[at][slots[at]]),
                });
                let mut of_match = None;
                if learned.length > 0 {
                    let expected = u32::from(learned.history[learned.at]) | 256;
                    if expected >> (place + 1) == bits {
                        let slot = 2 * learned.length.min(LONGEST);
                        of_match = Some(slot + (expected >> place & 1) as usize);
                        inputs[3] = of(learned.matches[of_match.unwrap()]);
                    } else {
                        learned.length = 0;
                    }
                }
                let longer = [0, 7, 15].iter().filter(|&&length| learned.length > length);
                let set = &mut learned.weights[longer.count() * 256 + bits as usize];
                let mut weights = set.to_array();
                let sum: i32 = (0..INPUTS).map(|at| inputs[at] * i32::from(weights[at])).sum();
                let probability = i32::from(model.squash[usize::from((sum >> 14) as u16)]);
                let mut bit = known.get(size).is_some_and(|byte| byte >> place & 1 == 1);
                if size >= known.len() {
                    let middle = low + ((high - low) >> 12) * probability as u32;
                    bit = code <= middle;
                    if bit {
                        high = middle;
                    } else {
                        low = middle + 1;
                    }
                    while (low ^ high) >> 24 == 0 {
                        (low, high, code) = (low << 8, high << 8 | 255, code << 8 | next());
                    }
                }
                let is_text = i32::from(size >= known.len());
                let error = ((i32::from(bit) << 12) - probability) * LEARNING * is_text;
                for (weight, input) in weights.iter_mut().zip(inputs) {
                    *weight = weight.wrapping_add(((2 * input * error) >> 16) as i16);
                }
                *set = i16x8::new(weights);
                let [first, second, third] = slots;
                let slots = [
                    &mut learned.of_byte[first],
                    &mut learned.of_bytes[second],
                    &mut learned.of_word[third],
                ];
                let of_match = of_match.map(|slot| &mut learned.matches[slot]);
                for slot in slots.into_iter().chain(of_match) {
                    *slot = model.next[usize::from(bit)][usize::from(*slot)];
                }
                bits = bits * 2 + u32::from(bit);
            }
            learned.end_byte(bits as u8);
        }
        learned.history.split_off(known.len())
    }

    #[test]
    fn what_was_packed_can_be_unpacked() {
        let text = "A state may not return anybody to a place of danger. ".repeat(40) + "Дети 儿童";
        let noise: Vec<u8> = (0_u32..3000).map(|n| (n.wrapping_mul(MIX[0]) >> 13) as u8).collect();
        let mut model = Model::default();
        for (known, text) in [
            ("", text.as_bytes()),
            ("Return to a place of danger", text.as_bytes()),
            ("", noise.as_slice()),
            ("x", b"".as_slice()),
            ("", b"a".as_slice()),
        ] {
            let known = known.as_bytes();
            for (packed, _) in model.pack(known, &[text, text]) {
                assert_eq!(unpack(&model, known, &packed, text.len()), text);
            }
        }
    }

    #[test]
    fn what_the_reader_has_makes_a_text_shorter() {
        let text = b"Families with children are not detained while they wait for an answer.";
        let mut model = Model::default();
        let mut length = |known: &[u8]| model.pack(known, &[text])[0].0.len();
        let alone = length(b"");
        assert!(length(text) * 4 < alone && alone < text.len());
    }

    #[test]
    fn every_machine_rounds_the_logistic_function_alike() {
        // Exponentials differ by one in the last place at most.
        for sum in -2047..=2047 {
            let part = logistic(sum).fract();
            assert!((part - 0.5).abs() > 1e-9, "{sum}");
        }
    }
}
