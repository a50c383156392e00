//! Packs texts more tightly than deflate, for files that a reader loads by the dozen: each bit is
//! predicted from what stands before it, and coded in as few bits as it surprises.
//!
//! Four things predict a bit: what followed the last byte, the last two, and the letters of the word
//! so far, each as often as it did; and what followed the last place where the same four bytes stood.
//! A small sum of them is weighed anew after each bit. It is what PAQ and lpaq do (Mahoney, "Adaptive
//! weighing of context models for lossless data compression", 2005), with few contexts so that it is
//! quick. What a result shows comes first and is only learned from: it has the words of the texts, and
//! the browser has it already.
//!
//! `themes/default/assets/search-excerpt.js` unpacks. Both do the same with whole numbers alone.

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
/// How fast weights learn, and what they are at first, in parts of 65,536.
const LEARNING: i32 = 12;
const WEIGHT: i32 = 26_000;
const INPUTS: usize = 4;
/// Multipliers that mix bits well.
const MIX: [u32; 3] = [0x9E37_79B1, 0x85EB_CA6B, 0x2F0B_4C47];
/// A probability of one half, seen never, which says next to nothing.
const HALF: u16 = 1 << 15;
/// Predicts bits, and learns from each.
pub struct Model {
    /// How the sum of the inputs becomes a probability, and back.
    squash: Vec<i32>,
    stretch: Vec<i32>,
    rates: [i32; SEEN as usize + 1],
    /// Probabilities of contexts: of one byte, of two, of the word; and of matches by their length.
    /// The last four bits of each say how often it was seen, those before them are the probability.
    of_byte: Box<[u16; 1 << 16]>,
    of_bytes: Box<[u16; TABLE]>,
    of_word: Box<[u16; TABLE]>,
    matches: [u16; 2 * (LONGEST + 1)],
    weights: Box<[[i32; INPUTS]; 4 * 256]>,
    /// Where four bytes were last followed by something.
    places: Vec<u32>,
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
                stretch.push(at as i32 - 2047);
            }
        }
        stretch.resize(4096, 2047);
        Self {
            squash,
            stretch,
            rates: std::array::from_fn(|seen| 10_240 / (10 * seen as i32 + 13)),
            of_byte: Box::new([HALF; 1 << 16]),
            of_bytes: Box::new([HALF; TABLE]),
            of_word: Box::new([HALF; TABLE]),
            matches: [HALF; 2 * (LONGEST + 1)],
            weights: Box::new([[WEIGHT; INPUTS]; 4 * 256]),
            places: vec![0; 1 << PLACES_BITS],
            history: Vec::new(),
            contexts: [0; 3],
            last: 0,
            at: 0,
            length: 0,
        }
    }
}

impl Model {
    /// Packs a text; `known` is what the reader has already.
    pub fn pack(&mut self, known: &[u8], text: &[u8]) -> Vec<u8> {
        self.forget();
        for &byte in known {
            self.byte(|place, _| byte >> place & 1 == 1);
        }
        let mut coder = Coder { low: 0, high: u32::MAX, bytes: Vec::with_capacity(text.len() / 3) };
        for &byte in text {
            self.byte(|place, probability| {
                let bit = byte >> place & 1 == 1;
                coder.bit(bit, probability);
                bit
            });
        }
        coder.end()
    }

    /// Digests all that was learned, which tells whether the reader arrived at the same.
    pub fn learned(&self) -> u32 {
        let weights = self.weights.as_flattened().iter();
        weights.fold(0_u32, |sum, &weight| sum.wrapping_add(weight as u32).wrapping_mul(MIX[2]))
    }

    fn forget(&mut self) {
        self.of_byte.fill(HALF);
        self.of_bytes.fill(HALF);
        self.of_word.fill(HALF);
        self.matches.fill(HALF);
        self.weights.fill([WEIGHT; INPUTS]);
        self.places.fill(0);
        self.history.clear();
        self.contexts = [0; 3];
        (self.last, self.at, self.length) = (0, 0, 0);
    }

    /// Predicts the bits of a byte, and learns what they are: `bit` says so of each, by its place,
    /// given the probability that it is set, in parts of 4,096.
    #[inline]
    fn byte(&mut self, mut bit: impl FnMut(u32, i32) -> bool) {
        let [one, two, word] = self.contexts;
        let place_of = |context: u32, mixed: u32| {
            (context.wrapping_add(mixed).wrapping_mul(MIX[1]) >> (32 - TABLE_BITS)) as usize
        };
        let mut bits = 1_u32;
        for place in (0..8).rev() {
            let mixed = bits.wrapping_mul(MIX[0]);
            let first = &mut self.of_byte[(one + bits) as usize & 0xffff];
            let second = &mut self.of_bytes[place_of(two, mixed)];
            let third = &mut self.of_word[place_of(word, mixed)];
            let input = |slot: u16| self.stretch[usize::from(slot >> 4)];
            let mut inputs = [input(*first), input(*second), input(*third), 0];
            let mut of_match = None;
            if self.length > 0 {
                let expected = u32::from(self.history[self.at]) | 256;
                if expected >> (place + 1) == bits {
                    let next = (expected >> place & 1) as usize;
                    let slot = &mut self.matches[2 * self.length.min(LONGEST) + next];
                    inputs[3] = self.stretch[usize::from(*slot >> 4)];
                    of_match = Some(slot);
                } else {
                    self.length = 0;
                }
            }
            let level = match self.length {
                0 => 0,
                1..8 => 1,
                8..16 => 2,
                _ => 3,
            };
            let weights = &mut self.weights[level * 256 + bits as usize];
            let products = inputs.iter().zip(&*weights);
            // The sum is far from the largest number; what would not fit is the same in the browser.
            let sum = products
                .fold(0_i32, |sum, (&input, &weight)| sum.wrapping_add(input.wrapping_mul(weight)));
            let probability = self.squash[((sum >> 16).clamp(-2047, 2047) + 2047) as usize];
            let bit = bit(place, probability);
            let error = ((i32::from(bit) << 12) - probability) * LEARNING;
            for (weight, input) in weights.iter_mut().zip(inputs) {
                *weight = weight.wrapping_add((input * error + 0x2000) >> 14);
            }
            for slot in [first, second, third].into_iter().chain(of_match) {
                *slot = moved(*slot, bit, &self.rates);
            }
            bits = bits * 2 + u32::from(bit);
        }
        self.end_byte(bits as u8);
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
    let target = if bit { 4095 } else { 0 };
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
        match bit {
            true => self.high = middle,
            false => self.low = middle + 1,
        }
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

    /// Unpacks as the browser does.
    fn unpack(model: &mut Model, known: &[u8], packed: &[u8], length: usize) -> Vec<u8> {
        model.forget();
        for &byte in known {
            model.byte(|place, _| byte >> place & 1 == 1);
        }
        let mut bytes = packed.iter().copied().chain(std::iter::repeat(0));
        let mut next = || u32::from(bytes.next().unwrap());
        let mut code = (0..4).fold(0, |code, _| code << 8 | next());
        let (mut low, mut high) = (0_u32, u32::MAX);
        for _ in 0..length {
            model.byte(|_, probability| {
                let middle = low + ((high - low) >> 12) * probability as u32;
                let bit = code <= middle;
                match bit {
                    true => high = middle,
                    false => low = middle + 1,
                }
                while (low ^ high) >> 24 == 0 {
                    (low, high, code) = (low << 8, high << 8 | 255, code << 8 | next());
                }
                bit
            });
        }
        model.history.split_off(known.len())
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
            let packed = model.pack(known.as_bytes(), text);
            assert_eq!(unpack(&mut model, known.as_bytes(), &packed, text.len()), text);
        }
    }

    #[test]
    fn what_the_reader_has_makes_a_text_shorter() {
        let text = b"Families with children are not detained while they wait for an answer.";
        let mut model = Model::default();
        let alone = model.pack(b"", text).len();
        assert!(model.pack(text, text).len() * 4 < alone && alone < text.len());
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
