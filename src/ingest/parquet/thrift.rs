//! Thrift's compact protocol, walked without building anything: a header is looked at before a
//! library that trusts its numbers gets it.
//!
//! The walk is stricter than the protocol: a known field must have the type that the format gives
//! it, lists must fit into what follows, and no list holds truth values (of which no byte need
//! follow, so that a reader can be kept busy for ever).
//!
//! Source: Apache Thrift, thrift-compact-protocol.md.

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Truth,
    Byte,
    /// A whole number of 16, 32 or 64 bits: written alike.
    Whole,
    Double,
    /// Bytes or text.
    Binary,
    List(&'static Kind),
    Struct(Fields),
}

/// Known fields of a struct.
pub(crate) type Fields = &'static [(i16, Kind)];

/// Why a walk ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The bytes end inside a value.
    Short,
    /// Bytes that no writer of the format makes.
    Wrong,
}

/// Structs and lists inside one another, at most; the formats have seven.
const MOST_NESTED: u32 = 24;

/// Type codes.
const TRUTHS: [u8; 2] = [1, 2];
const BYTE: u8 = 3;
const WHOLES: [u8; 3] = [4, 5, 6];
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LISTS: [u8; 2] = [9, 10];
const STRUCT: u8 = 12;

impl Kind {
    pub(crate) fn has_code(self, code: u8) -> bool {
        match self {
            Self::Truth => TRUTHS.contains(&code),
            Self::Byte => code == BYTE,
            Self::Whole => WHOLES.contains(&code),
            Self::Double => code == DOUBLE,
            Self::Binary => code == BINARY,
            Self::List(_) => LISTS.contains(&code),
            Self::Struct(_) => code == STRUCT,
        }
    }
}

/// A walk over bytes.
pub(crate) struct Walk<'a> {
    rest: &'a [u8],
    nested: u32,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, nested: 0 }
    }

    /// Bytes not walked yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Walks a struct and hands on the numbers that are its own fields, not those of structs inside
    /// it.
    pub(crate) fn structure(&mut self, fields: Fields, mut note: impl FnMut(i16, i64)) -> Result<(), Fault> {
        self.each_field(|walk, id, code| match fields.iter().find(|(known, _)| *known == id) {
            Some((_, Kind::Whole)) if Kind::Whole.has_code(code) => walk.whole().map(|number| note(id, number)),
            _ => walk.field(fields, id, code),
        })
    }

    /// The number of a field that holds one.
    pub(crate) fn number_in(&mut self, code: u8) -> Result<i64, Fault> {
        if Kind::Whole.has_code(code) { self.whole() } else { Err(Fault::Wrong) }
    }

    /// Walks one field of a struct.
    pub(crate) fn field(&mut self, fields: Fields, id: i16, code: u8) -> Result<(), Fault> {
        match fields.iter().find(|(known, _)| *known == id) {
            Some((_, kind)) if kind.has_code(code) => self.value(*kind),
            Some(_) => Err(Fault::Wrong),
            None => self.unknown(code),
        }
    }

    /// Hands all fields of a struct to `field`, by id and type code; it has to walk each.
    pub(crate) fn each_field(
        &mut self,
        mut field: impl FnMut(&mut Self, i16, u8) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.nested(|walk| {
            let mut id = 0_i16;
            loop {
                let head = walk.byte()?;
                let (step, code) = (head >> 4, head & 15);
                if code == 0 {
                    return if step == 0 { Ok(()) } else { Err(Fault::Wrong) };
                }
                id = match step {
                    0 => i16::try_from(walk.whole()?).map_err(|_| Fault::Wrong)?,
                    step => id.checked_add(i16::from(step)).ok_or(Fault::Wrong)?,
                };
                field(walk, id, code)?;
            }
        })
    }

    /// Begins a list of `kind` and gives its length.
    pub(crate) fn list(&mut self, kind: Kind) -> Result<usize, Fault> {
        let (length, code) = self.list_head()?;
        if length == 0 || kind.has_code(code) { Ok(length) } else { Err(Fault::Wrong) }
    }

    /// A field that the format does not have: newer writers may.
    fn unknown(&mut self, code: u8) -> Result<(), Fault> {
        match code {
            1 | 2 => Ok(()),
            BYTE => self.skip(1),
            4..=6 => self.number().map(drop),
            DOUBLE => self.skip(8),
            BINARY => self.binary(),
            9 | 10 => self.nested(|walk| {
                let (length, code) = walk.list_head()?;
                (0..length).try_for_each(|_| walk.unknown(code))
            }),
            STRUCT => self.each_field(|walk, _, code| walk.unknown(code)),
            _ => Err(Fault::Wrong),
        }
    }

    fn value(&mut self, kind: Kind) -> Result<(), Fault> {
        match kind {
            Kind::Truth => Ok(()),
            Kind::Byte => self.skip(1),
            Kind::Whole => self.number().map(drop),
            Kind::Double => self.skip(8),
            Kind::Binary => self.binary(),
            Kind::Struct(fields) => self.structure(fields, |_, _| {}),
            Kind::List(kind) => self.nested(|walk| {
                let length = walk.list(*kind)?;
                (0..length).try_for_each(|_| walk.value(*kind))
            }),
        }
    }

    fn nested(&mut self, walk: impl FnOnce(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        if self.nested == MOST_NESTED {
            return Err(Fault::Wrong);
        }
        self.nested += 1;
        walk(self)?;
        self.nested -= 1;
        Ok(())
    }

    fn list_head(&mut self) -> Result<(usize, u8), Fault> {
        let head = self.byte()?;
        let length = if head >> 4 == 15 {
            usize::try_from(self.number()?).map_err(|_| Fault::Wrong)?
        } else {
            usize::from(head >> 4)
        };
        let code = head & 15;
        if length > 0 && TRUTHS.contains(&code) {
            return Err(Fault::Wrong);
        }
        // Whatever an element is, it takes a byte or more.
        if length > self.rest.len() { Err(Fault::Short) } else { Ok((length, code)) }
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        let (&byte, rest) = self.rest.split_first().ok_or(Fault::Short)?;
        self.rest = rest;
        Ok(byte)
    }

    fn skip(&mut self, bytes: usize) -> Result<(), Fault> {
        self.rest = self.rest.get(bytes..).ok_or(Fault::Short)?;
        Ok(())
    }

    fn binary(&mut self) -> Result<(), Fault> {
        let length = usize::try_from(self.number()?).map_err(|_| Fault::Wrong)?;
        self.skip(length)
    }

    fn number(&mut self) -> Result<u64, Fault> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Fault::Wrong)
    }

    fn whole(&mut self) -> Result<i64, Fault> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INNER: Fields = &[(1, Kind::Whole)];
    const OUTER: Fields =
        &[(1, Kind::Whole), (2, Kind::List(&Kind::Struct(INNER))), (4, Kind::Binary), (5, Kind::Truth)];

    fn walk(bytes: &[u8]) -> Result<Vec<(i16, i64)>, Fault> {
        let mut told = Vec::new();
        Walk::new(bytes).structure(OUTER, |id, number| told.push((id, number)))?;
        Ok(told)
    }

    #[test]
    fn numbers_of_the_struct_itself_are_told() {
        // Field 1: -3; field 2: a list of two structs; field 4: two bytes; field 5: true; field
        // 100, unknown: a double.
        let bytes = [
            0x15, 5, 0x19, 0x2c, 0x15, 2, 0, 0x15, 4, 0, 0x28, 2, b'a', b'b', 0x11, 7, 200, 1, 0, 0, 0, 0, 0, 0, 0, 0,
            0,
        ];
        assert_eq!(walk(&bytes), Ok(vec![(1, -3)]));
        assert_eq!(walk(&bytes[..bytes.len() - 1]), Err(Fault::Short));
    }

    #[test]
    fn what_would_lead_a_reader_astray_is_refused() {
        assert_eq!(walk(&[0x18, 0, 0]), Err(Fault::Wrong), "a known field of another type");
        assert_eq!(walk(&[0x29, 0xfc, 0xff, 0xff, 0xff, 0x7f, 0]), Err(Fault::Short), "a list longer than the bytes");
        assert_eq!(walk(&[0x79, 0x21, 1, 1, 0]), Err(Fault::Wrong), "a list of truth values");
        assert_eq!(walk(&[0x7c; 100]), Err(Fault::Wrong), "structs without end");
        assert_eq!(walk(&[&[0x79][..], &[0x19; 100]].concat()), Err(Fault::Wrong), "lists without end");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = walk(&bytes);
        }
    }
}
