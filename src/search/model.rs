//! Packs shards more tightly than deflate, because readers load them by the dozen: each bit is
//! predicted from what stands before it, and coded in as few bits as it surprises.
//!
//! Four things predict a bit: what followed the last byte, the last two, and the letters of the word so
//! far, each as often as it did; and what followed the last place where the same four bytes stood. Where
//! there are numbers, what stood in the same part takes the place of the last two bytes. A sum of them
//! is weighed anew after each bit. It is what PAQ and lpaq do (Mahoney, "Adaptive weighing of context
//! models for lossless data compression", 2005), with few contexts so that it is quick.
//!
//! What the reader has already comes first and is only learned from: the frequent words, which the root
//! brings, for what results show; and both for their texts.
//!
//! `themes/default/assets/search-query.js` unpacks. Both do the same with whole numbers alone.

use wide::i16x8;

/// The places in a table of contexts, as a power of two. They are in blocks of 16, one for each half of
/// a byte in each context, so that a half byte is looked up in one place of memory.
const TABLE_BITS: u32 = 19;
const TABLE: usize = 1 << TABLE_BITS;
const BLOCK_BITS: u32 = 4;
/// How many bytes must be alike for a match, and the places that are remembered.
const MATCH: usize = 4;
const PLACES_BITS: u32 = 16;
/// The longest match that is told apart.
const LONGEST: usize = 31;
/// How often something may have been seen before it learns no more slowly.
const SEEN: u16 = 15;
/// How fast weights learn, and what they are at first, in parts of 16,384.
const LEARNING: i32 = 8;
const WEIGHT: i16 = 6_000;
const INPUTS: usize = 4;
/// The weights of inputs; a vector has room for more, which stays empty.
const WEIGHTS: i16x8 = i16x8::new([WEIGHT, WEIGHT, WEIGHT, WEIGHT, 0, 0, 0, 0]);
/// Weights are apart by the length of the match and the bits before.
const SETS: usize = 4 * 256;
/// Multipliers that mix bits well.
const MIX: [u32; 3] = [0x9E37_79B1, 0x85EB_CA6B, 0x2F0B_4C47];
/// A probability of one half, seen never, which says next to nothing.
const HALF: u16 = 1 << 15;
/// How many bits of what was learned tell damage: as many as four bytes of a varint hold.
const DIGEST_BITS: u32 = 28;

/// What the reader unpacks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Packed {
    pub code: Vec<u8>,
    /// A digest of what was learned, which tells whether the reader arrived at the same.
    pub learned: u32,
}

/// Predicts bits, and learns from each.
pub struct Model {
    /// How the sum of the inputs, which is 16 bits, becomes a probability, and back.
    squash: Box<[i16; 1 << 16]>,
    stretch: Box<[i16; 4096]>,
    /// What a probability becomes after a bit that is not set, and after one that is.
    next: [Box<[u16; 1 << 16]>; 2],
    learned: Box<Learned>,
    /// What was learned from frequent words, and from them and a block of results.
    of_words: Box<Learned>,
    of_results: Box<Learned>,
}

/// What a model has learned.
#[derive(Clone)]
struct Learned {
    /// Probabilities of contexts: of one byte, of two or the part, of the word; and of matches by
    /// their length. The last four bits of each say how often it was seen, those before them are the
    /// probability. The second half of those of matches is for bits without one, and says nothing.
    of_byte: Box<[u16; 1 << 16]>,
    of_bytes: Vec<u16>,
    of_word: Vec<u16>,
    matches: [u16; 4 * (LONGEST + 1)],
    weights: Box<[i16x8; SETS]>,
    /// Where four bytes were last followed by something.
    places: Box<[u32; 1 << PLACES_BITS]>,
    history: Vec<u8>,
    /// The number of the part, from one, or nothing in a text.
    part: usize,
    /// The contexts of the byte that is next: the last, the last two or the part, the word.
    contexts: [u32; 3],
    /// The last four bytes.
    last: u32,
    /// Where the match goes on, and how long it is.
    at: usize,
    length: usize,
}

impl Default for Learned {
    fn default() -> Self {
        Self {
            of_byte: Box::new([HALF; 1 << 16]),
            of_bytes: vec![HALF; TABLE],
            of_word: vec![HALF; TABLE],
            matches: [HALF; 4 * (LONGEST + 1)],
            weights: Box::new([WEIGHTS; SETS]),
            places: Box::new([0; 1 << PLACES_BITS]),
            history: Vec::new(),
            part: 0,
            contexts: [0; 3],
            last: 0,
            at: 0,
            length: 0,
        }
    }
}

impl Model {
    /// Returns a model that has learned from the frequent words of a language.
    pub fn new(words: &[u8]) -> Self {
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
        let mut model = Self {
            squash: table(|sum| squash[place(sum)] as i16),
            stretch: Box::new(std::array::from_fn(|at| stretch.get(at).copied().unwrap_or(2047))),
            next: [next(false), next(true)],
            learned: Box::default(),
            of_words: Box::default(),
            of_results: Box::default(),
        };
        for &byte in words {
            model.learn(byte, &mut Nothing);
        }
        model.of_words.copy(&model.learned);
        model
    }

    /// Packs parts of numbers, which stand one after the other, without what was learned before.
    pub fn pack_parts<T: AsRef<[u8]>>(&mut self, parts: &[T]) -> Packed {
        self.learned.forget();
        let parts: Vec<&[u8]> = parts.iter().map(T::as_ref).collect();
        self.pack((1..).zip(parts))
    }

    /// Packs what results show, and then their texts, each for itself.
    pub fn pack_block(&mut self, results: &[u8], texts: &[&[u8]]) -> (Packed, Vec<Packed>) {
        self.learned.copy(&self.of_words);
        let packed = self.pack([(0, results)]);
        if texts.len() > 1 {
            self.of_results.copy(&self.learned);
        }
        let mut all = Vec::with_capacity(texts.len());
        for (number, text) in texts.iter().enumerate() {
            if number > 0 {
                self.learned.copy(&self.of_results);
            }
            all.push(self.pack([(0, *text)]));
        }
        (packed, all)
    }

    fn pack<'a>(&mut self, parts: impl IntoIterator<Item = (usize, &'a [u8])>) -> Packed {
        let mut coder = Coder { low: 0, high: u32::MAX, bytes: Vec::new() };
        for (part, bytes) in parts {
            self.learned.part = part;
            for &byte in bytes {
                self.learn(byte, &mut coder);
            }
        }
        self.learned.part = 0;
        Packed { code: coder.end(), learned: self.learned.digest() }
    }

    /// Predicts the bits of a byte, the highest first, and learns from each; `coder` is told how likely
    /// it was that it is set, in parts of 4,096. All contexts are asked for all bits before any is
    /// weighed, which lets a processor do several at a time.
    // Every byte of every text comes by; a call would cost more than it does.
    #[inline(always)]
    fn learn(&mut self, byte: u8, coder: &mut impl Code) {
        let Self { squash, stretch, next, learned, .. } = self;
        let [one, two, word] = learned.contexts;
        let whole = u32::from(byte) | 256;
        let ask = |slot: &mut u16, step: usize| {
            let input = stretch[usize::from(*slot >> 4)];
            *slot = next[(whole >> (7 - step) & 1) as usize][usize::from(*slot)];
            // Four of them make a vector, in one number, which is quicker than in memory.
            u64::from(input as u16)
        };
        let one = one as usize;
        let of_byte = &mut learned.of_byte[one..one + 256];
        let mut inputs = [0_u64; 8];
        let mut sets = [0; 8];
        for half in 0..2 {
            let before = whole >> (8 - 4 * half);
            let two = block(two, before, half);
            let word = block(word, before, half);
            let of_bytes = &mut learned.of_bytes[two..two + 16];
            let of_word = &mut learned.of_word[word..word + 16];
            for place in 0..4 {
                let step = 4 * half + place;
                let bits = (whole >> (8 - step)) as usize;
                // The bits of this half alone.
                let few = bits & ((1 << place) - 1) | 1 << place;
                // That no index is out of bounds is seen by the compiler, too.
                inputs[step] = ask(&mut of_byte[bits & 255], step)
                    | ask(&mut of_bytes[few & 15], step) << 16
                    | ask(&mut of_word[few & 15], step) << 32;
                sets[step] = bits;
            }
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
                let input = ask(&mut learned.matches[slots + bit + none], step);
                *inputs |= (input * u64::from(asked)) << 48;
                *set += level * usize::from(asked);
            }
            if agree < 8 {
                learned.length = 0;
            }
        }
        learned.end_byte(byte);
        // By their places, because going through the lists themselves would copy them.
        for step in 0..8 {
            let weights = &mut learned.weights[sets[step] & (SETS - 1)];
            let [a, b, c, d] = [0, 16, 32, 48].map(|at| (inputs[step] >> at) as i16);
            let inputs = i16x8::new([a, b, c, d, 0, 0, 0, 0]);
            let sum = inputs.dot(*weights).reduce_add();
            let probability = i32::from(squash[usize::from((sum >> 14) as u16)]);
            let bit = i32::from(byte >> (7 - step) & 1);
            let error = ((bit << 12) - probability) * LEARNING;
            *weights += (inputs + inputs).mul_keep_high(i16x8::splat(error as i16));
            coder.bit(bit == 1, probability);
        }
    }
}

/// Where the probabilities of half a byte begin in a table: for the four bits that are first, `bits` is
/// one, for the others it is those four after a one. The halves never share a block.
#[inline(always)]
fn block(context: u32, bits: u32, half: usize) -> usize {
    let mixed = context.wrapping_add(bits.wrapping_mul(MIX[0])).wrapping_mul(MIX[1]);
    let block = mixed >> (32 + BLOCK_BITS + 1 - TABLE_BITS);
    ((block as usize) << 1 | half) << BLOCK_BITS & (TABLE - 1)
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
        self.of_bytes.copy_from_slice(&other.of_bytes);
        self.of_word.copy_from_slice(&other.of_word);
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
        digest >> (32 - DIGEST_BITS)
    }

    #[inline(always)]
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
        let two = if self.part > 0 { self.part as u32 } else { self.last & 0xffff };
        self.contexts = [u32::from(byte) << 8, two.wrapping_mul(MIX[2]), word];
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

/// Makes a table of all numbers of 16 bits.
fn table<T: Copy + Default>(of: impl Fn(u16) -> T) -> Box<[T; 1 << 16]> {
    let mut table = Box::new([T::default(); 1 << 16]);
    for (value, at) in table.iter_mut().zip(0..=u16::MAX) {
        *value = of(at);
    }
    table
}

/// Moves a probability towards a bit, by less the more often it was seen.
#[inline]
fn moved(slot: u16, bit: bool, rates: &[i32; SEEN as usize + 1]) -> u16 {
    let (probability, seen) = (i32::from(slot >> 4), slot & 15);
    let target = i32::from(bit) * 4095;
    let next = probability + (((target - probability) * rates[usize::from(seen)]) >> 10);
    (next as u16) << 4 | (seen + 1).min(SEEN)
}

/// What takes bits and how likely each was.
trait Code {
    fn bit(&mut self, bit: bool, probability: i32);
}

/// What is only learned from is not coded.
struct Nothing;

impl Code for Nothing {
    #[inline(always)]
    fn bit(&mut self, _: bool, _: i32) {}
}

/// An arithmetic coder: a range of numbers that each bit narrows by its probability.
struct Coder {
    low: u32,
    high: u32,
    bytes: Vec<u8>,
}

impl Code for Coder {
    #[inline(always)]
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
}

impl Coder {
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

    /// Unpacks bit by bit, as the browser does, after learning from what is known.
    fn unpack(known: &[u8], packed: &Packed, parts: &[(usize, usize)]) -> Vec<u8> {
        let model = Model::new(b"");
        let mut learned = Learned::default();
        let mut bytes = packed.code.iter().copied().chain(std::iter::repeat(0));
        let mut next = || u32::from(bytes.next().unwrap());
        let mut code = (0..4).fold(0, |code, _| code << 8 | next());
        let (mut low, mut high) = (0_u32, u32::MAX);
        let parts = parts.iter().flat_map(|&(part, length)| vec![part; length]);
        let parts: Vec<usize> = vec![0; known.len()].into_iter().chain(parts).collect();
        for (size, part) in parts.into_iter().enumerate() {
            learned.part = part;
            let [one, two, word] = learned.contexts;
            let mut bits = 1_u32;
            for place in (0..8).rev() {
                // Of this half of the byte.
                let few = if place > 3 { bits } else { (bits & ((8 >> place) - 1)) | 8 >> place };
                let before = if place > 3 { 1 } else { bits >> (3 - place) };
                let of_half =
                    |context| block(context, before, usize::from(place < 4)) + few as usize;
                let slots = [(one + bits) as usize, of_half(two), of_half(word)];
                let tables: [&mut [u16]; 3] =
                    [&mut *learned.of_byte, &mut learned.of_bytes, &mut learned.of_word];
                let mut asked: Vec<&mut u16> =
                    tables.into_iter().zip(slots).map(|(table, slot)| &mut table[slot]).collect();
                if learned.length > 0 {
                    let expected = u32::from(learned.history[learned.at]) | 256;
                    if expected >> (place + 1) == bits {
                        let slot = 2 * learned.length.min(LONGEST);
                        asked.push(&mut learned.matches[slot + (expected >> place & 1) as usize]);
                    } else {
                        learned.length = 0;
                    }
                }
                let longer = [0, 7, 15].iter().filter(|&&length| learned.length > length);
                let set = &mut learned.weights[longer.count() * 256 + bits as usize];
                let mut weights = set.to_array();
                let inputs: Vec<i32> = asked
                    .iter()
                    .map(|slot| i32::from(model.stretch[usize::from(**slot >> 4)]))
                    .collect();
                let sum: i32 = inputs
                    .iter()
                    .zip(weights)
                    .map(|(input, weight)| input * i32::from(weight))
                    .sum();
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
                let error = ((i32::from(bit) << 12) - probability) * LEARNING;
                for (weight, input) in weights.iter_mut().zip(inputs) {
                    *weight = weight.wrapping_add(((2 * input * error) >> 16) as i16);
                }
                *set = i16x8::new(weights);
                for slot in asked {
                    *slot = model.next[usize::from(bit)][usize::from(*slot)];
                }
                bits = bits * 2 + u32::from(bit);
            }
            learned.end_byte(bits as u8);
        }
        assert_eq!(learned.digest(), packed.learned);
        learned.history.split_off(known.len())
    }

    #[test]
    fn what_was_packed_can_be_unpacked() {
        let text = "A state may not return anybody to a place of danger. ".repeat(40) + "Дети 儿童";
        let noise: Vec<u8> = (0_u32..3000).map(|n| (n.wrapping_mul(MIX[0]) >> 13) as u8).collect();
        for words in ["", "danger place return state"] {
            let mut model = Model::new(words.as_bytes());
            for (results, text) in [
                ("", text.as_bytes()),
                ("Return to a place of danger", text.as_bytes()),
                ("", noise.as_slice()),
                ("x", b"".as_slice()),
                ("", b"a".as_slice()),
            ] {
                let (of_results, texts) = model.pack_block(results.as_bytes(), &[text, text]);
                let known = [words, results].concat();
                let unpacked = unpack(words.as_bytes(), &of_results, &[(0, results.len())]);
                assert_eq!(unpacked, results.as_bytes());
                for packed in texts {
                    assert_eq!(unpack(known.as_bytes(), &packed, &[(0, text.len())]), text);
                }
            }
            let parts = [&noise[..9], b"", &noise[9..900], text.as_bytes()];
            let packed = model.pack_parts(&parts);
            let lengths: Vec<_> = (1..).zip(parts.map(<[u8]>::len)).collect();
            assert_eq!(unpack(b"", &packed, &lengths), parts.concat());
        }
    }

    #[test]
    fn what_the_reader_has_makes_a_text_shorter() {
        let text = b"Families with children are not detained while they wait for an answer.";
        let length = |words: &[u8], results: &[u8]| {
            Model::new(words).pack_block(results, &[text]).1[0].code.len()
        };
        let alone = length(b"", b"");
        assert!(length(b"", text) * 4 < alone && alone < text.len());
        assert!(length(b"answer children detained families wait while with", b"") * 5 < alone * 4);
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
