//! A bounded cache of blocks by their place.

use std::collections::HashMap;
use std::sync::Arc;

/// Two generations: when the young one is full it becomes the old one, and what nobody asked for
/// since goes. So it never holds more than twice `most` blocks.
#[derive(Debug)]
pub(super) struct Cache<T> {
    most: usize,
    young: HashMap<u64, Arc<T>>,
    old: HashMap<u64, Arc<T>>,
}

impl<T> Cache<T> {
    pub(super) fn new(most: usize) -> Self {
        Self { most, young: HashMap::new(), old: HashMap::new() }
    }

    pub(super) fn get(&mut self, key: u64) -> Option<Arc<T>> {
        if let Some(found) = self.young.get(&key) {
            return Some(Arc::clone(found));
        }
        let found = self.old.remove(&key)?;
        self.put(key, Arc::clone(&found));
        Some(found)
    }

    pub(super) fn put(&mut self, key: u64, value: Arc<T>) {
        if self.young.len() >= self.most {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_what_is_asked_for_and_stays_bounded() {
        let mut cache = Cache::new(4);
        for key in 0..1000 {
            cache.put(key, Arc::new(key));
            assert_eq!(cache.get(0).as_deref(), Some(&0), "0 is asked for all the time");
            assert!(cache.young.len() + cache.old.len() <= 8);
        }
        assert_eq!(cache.get(3), None);
        assert_eq!(cache.get(999).as_deref(), Some(&999));
    }
}
