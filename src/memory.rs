//! Results kept for the next build: remembered by key, forgotten by generation.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

/// A memory of results. A value is valid as long as its key is equal, because the key holds
/// everything that the value was made from; so nothing is ever invalidated, only forgotten.
pub struct Memory<K, V> {
    kept: Option<Mutex<Kept<K, V>>>,
}

struct Kept<K, V> {
    last: HashMap<K, V>,
    this: HashMap<K, V>,
}

impl<K: Hash + Eq, V: Clone> Memory<K, V> {
    /// Returns an empty memory that keeps what two builds in a row use.
    pub fn warm() -> Self {
        Self { kept: Some(Mutex::new(Kept { last: HashMap::new(), this: HashMap::new() })) }
    }

    /// Returns a memory that keeps nothing, for a single build.
    pub fn none() -> Self {
        Self { kept: None }
    }

    /// Returns true when it is worth making a key.
    pub fn is_warm(&self) -> bool {
        self.kept.is_some()
    }

    /// Returns the value of the key, made if it is not remembered.
    pub fn get_or(&self, key: K, make: impl FnOnce() -> V) -> V {
        let Some(kept) = &self.kept else { return make() };
        {
            // The maps hold only finished values, so they are sound even after a panic elsewhere.
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(value) = kept.this.get(&key) {
                return value.clone();
            }
            if let Some(value) = kept.last.remove(&key) {
                kept.this.insert(key, value.clone());
                return value;
            }
        }
        let value = make();
        kept.lock().unwrap_or_else(PoisonError::into_inner).this.insert(key, value.clone());
        value
    }

    /// Returns what the last build used.
    pub fn values(&mut self) -> impl Iterator<Item = &V> {
        let kept = self.kept.as_mut();
        let kept = kept.map(|kept| &*kept.get_mut().unwrap_or_else(PoisonError::into_inner));
        kept.into_iter().flat_map(|kept| kept.last.values())
    }

    /// Ends a build: what it did not use is forgotten.
    pub fn turn(&mut self) {
        if let Some(kept) = &mut self.kept {
            let kept = kept.get_mut().unwrap_or_else(PoisonError::into_inner);
            let room = HashMap::with_capacity(kept.this.len());
            kept.last = std::mem::replace(&mut kept.this, room);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_and_forgotten_when_unused() {
        let mut memory = Memory::warm();
        assert_eq!(memory.get_or(1, || "a"), "a");
        memory.turn();
        assert_eq!(memory.get_or(1, || "b"), "a");
        memory.turn();
        memory.turn();
        assert_eq!(memory.get_or(1, || "c"), "c");
    }
}
