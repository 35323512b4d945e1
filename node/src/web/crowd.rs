//! How many connections each address has open.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts them; clones count together.
#[derive(Clone)]
pub struct Crowd {
    guests: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
    at_most: usize,
}

/// One connection; its place is free again once this is dropped.
pub struct Guest {
    crowd: Crowd,
    from: IpAddr,
}

impl Crowd {
    /// Nobody yet, and so many of each address.
    pub fn of_at_most(at_most: usize) -> Self {
        Self { guests: Arc::default(), at_most }
    }

    /// A place for one more from there; none where there are enough.
    pub fn enter(&self, from: IpAddr) -> Option<Guest> {
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        let here = guests.entry(from).or_default();
        if *here >= self.at_most {
            return None;
        }
        *here += 1;
        Some(Guest { crowd: self.clone(), from })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut guests = self.crowd.guests.lock().unwrap_or_else(PoisonError::into_inner);
        match guests.get_mut(&self.from) {
            Some(here) if *here > 1 => *here -= 1,
            _ => drop(guests.remove(&self.from)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_gets_so_many_places_and_gives_them_back() {
        let [far, near]: [IpAddr; 2] = [[192, 168, 1, 9].into(), [127, 0, 0, 1].into()];
        let crowd = Crowd::of_at_most(2);
        let first = crowd.enter(far).expect("a place");
        let second = crowd.enter(far).expect("a place");
        assert!(crowd.enter(far).is_none());
        assert!(crowd.enter(near).is_some(), "others have their own places");
        drop(first);
        let third = crowd.enter(far).expect("a place that was given back");
        drop((second, third));
        assert!(crowd.guests.lock().expect("a lock").is_empty());
    }
}
