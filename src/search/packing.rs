//! Numbers, words and texts to the bytes of shards, and these to files.

use std::{collections::BTreeMap, io::Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::ZlibEncoder};
use rayon::prelude::*;

use crate::tree::{Blob, Claim, Keep, TreePath};

use super::model::{Model, Packed};

/// Texts that are longer together, in bytes, are packed in a way that is quicker to unpack; and numbers,
/// of which a long question needs many files.
const LONG: usize = 100_000;
const LONG_NUMBERS: usize = 30_000;

/// Makes files of payloads, and puts them where they belong.
pub struct Packer<'a> {
    pub lang: String,
    /// By kind of shard.
    pub generations: BTreeMap<&'static str, String>,
    pub keep: &'a dyn Keep,
}

impl Packer<'_> {
    /// Makes numbered files of one kind.
    pub fn all<T: AsRef<[u8]> + Sync>(
        &self,
        kind: &str,
        first: usize,
        payloads: &[T],
    ) -> Vec<(TreePath, Blob)> {
        let numbered = payloads.par_iter().enumerate();
        numbered
            .map(|(number, bytes)| self.file(&format!("{kind}{}", first + number), bytes.as_ref()))
            .collect()
    }

    pub fn file(&self, name: &str, payload: &[u8]) -> (TreePath, Blob) {
        self.parts(name, &[payload])
    }

    pub fn parts<T: AsRef<[u8]>>(&self, name: &str, parts: &[T]) -> (TreePath, Blob) {
        self.place(name, &deflate(parts))
    }

    /// Puts what is packed where it belongs.
    pub fn place(&self, name: &str, packed: &[u8]) -> (TreePath, Blob) {
        let Self { lang, generations, keep } = self;
        let kind = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let generation = generations.get(kind).or_else(|| generations.get(""));
        let generation = generation.map_or("", String::as_str);
        let packed = STANDARD.encode(packed);
        let script = format!("vademecum.shard(\"{lang}/{name}\",\"{generation}\",\"{packed}\");\n");
        let path = TreePath::of(&format!("search/{lang}/{name}.js"));
        let by = TreePath::of(&format!("index/{lang}"));
        let placed = keep.place(Claim { path, blob: Blob::new(script), by });
        (placed.path, placed.blob)
    }
}

/// Parts smaller than this share their code with the next, in bytes: a code of its own costs more.
const OWN_CODE: usize = 400;

/// Packs parts one after the other. Each large one has a code of its own, because what is frequent in
/// one is rare in the next.
pub fn deflate<T: AsRef<[u8]>>(parts: &[T]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.as_ref().len()).sum::<usize>();
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(length / 2), Compression::best());
    let mut waiting = 0;
    for (number, part) in parts.iter().enumerate() {
        // Writing to memory does not fail.
        let _ = encoder.write_all(part.as_ref());
        waiting += part.as_ref().len();
        let next = parts.get(number + 1).map_or(0, |next| next.as_ref().len());
        if waiting >= OWN_CODE && next >= OWN_CODE {
            let _ = encoder.flush();
            waiting = 0;
        }
    }
    encoder.finish().unwrap_or_default()
}

/// Writes a LEB128 number.
pub fn varint(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        // Seven bits at a time.
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Returns how many bytes two words have in common at their beginning.
pub fn shared(word: &str, other: &str) -> usize {
    let both = word.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    both.map(|(letter, _)| letter.len_utf8()).sum()
}

/// Words one after the other, each as what it shares with the one before it and what it adds.
#[derive(Default)]
pub struct FrontCoded {
    count: usize,
    shared: Vec<u8>,
    added: Vec<u8>,
    pub text: Vec<u8>,
    last: String,
}

impl FrontCoded {
    pub fn push(&mut self, word: &str) {
        let shared = shared(word, &self.last);
        varint(&mut self.shared, shared);
        varint(&mut self.added, word.len() - shared);
        self.text.extend_from_slice(&word.as_bytes()[shared..]);
        word.clone_into(&mut self.last);
        self.count += 1;
    }

    /// Returns what stands before the text.
    pub fn numbers(&self) -> Vec<u8> {
        let mut numbers = Vec::new();
        varint(&mut numbers, self.count);
        numbers.extend_from_slice(&self.shared);
        numbers.extend_from_slice(&self.added);
        numbers
    }
}

/// Writes what the model packed: how many parts there are and their lengths, what tells damage, and the
/// code.
fn framed(lengths: &[usize], packed: &Packed) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(packed.code.len() + 8);
    varint(&mut bytes, lengths.len());
    for &length in lengths {
        varint(&mut bytes, length);
    }
    varint(&mut bytes, packed.learned as usize);
    bytes.extend_from_slice(&packed.code);
    bytes
}

/// Writes no part at all, and then a zlib stream.
fn deflated<T: AsRef<[u8]>>(parts: &[T]) -> Vec<u8> {
    [vec![0], deflate(parts)].concat()
}

/// Packs parts of numbers.
pub fn packed_parts<T: AsRef<[u8]>>(model: &mut Model, parts: &[T]) -> Vec<u8> {
    let lengths: Vec<usize> = parts.iter().map(|part| part.as_ref().len()).collect();
    match lengths.iter().sum::<usize>() > LONG_NUMBERS {
        true => deflated(parts),
        false => framed(&lengths, &model.pack_parts(parts)),
    }
}

/// Packs a block of results and the files of their texts.
pub fn packed_block(model: &mut Model, results: &str, texts: &[&str]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let is_long = |text: &str| text.len() > LONG;
    let short: Vec<&[u8]> =
        texts.iter().filter(|text| !is_long(text)).map(|text| text.as_bytes()).collect();
    // What is long is not learned from either: it would be gone through for each text.
    let known = if is_long(results) { "" } else { results };
    let (of_results, of_texts) = model.pack_block(known.as_bytes(), &short);
    let write = |text: &str, packed: Option<Packed>| match packed {
        Some(packed) if !is_long(text) => framed(&[text.len()], &packed),
        _ => deflated(&[text]),
    };
    let mut of_texts = of_texts.into_iter();
    let texts = texts.iter().map(|text| {
        let packed = if is_long(text) { None } else { of_texts.next() };
        write(text, packed)
    });
    (write(results, Some(of_results)), texts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_seven_bits_a_byte() {
        let mut bytes = Vec::new();
        [0, 127, 128, 300].into_iter().for_each(|number| varint(&mut bytes, number));
        assert_eq!(bytes, [0, 127, 0x80, 1, 0xac, 2]);
    }
}
