//! A look at the container of old workbooks (xls) before the workbook crate walks it: chains of
//! sectors that lead back into themselves would be followed until memory ends.
//!
//! Source: Microsoft, [MS-CFB] Compound File Binary File Format, sections 2.2 (header), 2.3 (FAT),
//! 2.4 (mini FAT) and 2.5 (DIFAT).

/// Beginning of a compound file.
pub(crate) const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// Numbers from here on are marks, not sectors.
const FIRST_MARK: u32 = 0xffff_fffa;

/// Whether the chains of a compound file end; `true` for files of other kinds. Sectors beyond the
/// end of the file are left to the crate, which refuses them.
pub(crate) fn chains_end(bytes: &[u8]) -> bool {
    if !bytes.starts_with(&MAGIC) {
        return true;
    }
    let shift = u32_at(bytes, 30).map_or(0, |word| word & 0xffff);
    if !matches!(shift, 9 | 12) {
        return false;
    }
    let file = Sectors { bytes, size: 1 << shift };
    let Some(tables) = file.tables() else { return false };
    let fat: Vec<u32> = tables.iter().flat_map(|&sector| file.words(sector)).collect();
    if !is_without_loop(&fat) {
        return false;
    }
    // The mini FAT lies in a chain of the FAT, which ends as that one does.
    let mut mini = Vec::new();
    let mut sector = u32_at(bytes, 60).unwrap_or(FIRST_MARK);
    while let Some(&next) = fat.get(sector as usize).filter(|_| sector < FIRST_MARK) {
        mini.extend(file.words(sector));
        sector = next;
    }
    is_without_loop(&mini)
}

/// Whether the file is a container of something encrypted, as an office program writes a workbook
/// that needs a password.
///
/// Source: Microsoft, [MS-OFFCRYPTO] Office Document Cryptography Structure, section 2.3.4.4 (the
/// stream `EncryptedPackage`).
pub(crate) fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.starts_with(&MAGIC) && memchr::memmem::find(bytes, &name).is_some()
}

/// A file in sectors.
struct Sectors<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl Sectors<'_> {
    /// The numbers in a sector; none beyond the end of the file.
    fn words(&self, sector: u32) -> Vec<u32> {
        let start = (sector as usize + 1).saturating_mul(self.size);
        let sector = self
            .bytes
            .get(start.min(self.bytes.len())..start.saturating_add(self.size).min(self.bytes.len()))
            .unwrap_or_default();
        sector.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
    }

    /// The sectors that hold the FAT; `None` where their list does not end.
    fn tables(&self) -> Option<Vec<u32>> {
        let most = self.bytes.len() / self.size + 1;
        let mut tables: Vec<u32> = (0..109).filter_map(|place| u32_at(self.bytes, 76 + 4 * place)).collect();
        let mut sector = u32_at(self.bytes, 68)?;
        let mut lists = 0;
        while sector < FIRST_MARK {
            let mut words = self.words(sector);
            let next = words.pop();
            tables.extend(words);
            lists += 1;
            if lists > most {
                return None;
            }
            sector = next.unwrap_or(FIRST_MARK);
        }
        tables.retain(|sector| *sector < FIRST_MARK);
        (tables.len() <= most).then_some(tables)
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}

/// Whether every chain in a table of next sectors comes to an end.
fn is_without_loop(next: &[u32]) -> bool {
    // The number of the walk that met a sector first.
    let mut met = vec![0_u32; next.len()];
    for start in 0..next.len() {
        let walk = start as u32 + 1;
        let mut sector = start;
        while let Some(seen) = met.get_mut(sector) {
            match *seen {
                0 => *seen = walk,
                known if known == walk => return false,
                _ => break,
            }
            sector = next[sector] as usize;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_that_lead_back_are_found_and_others_are_not() {
        assert!(is_without_loop(&[1, 2, 0xffff_fffe, 2, 0xffff_ffff]));
        assert!(!is_without_loop(&[1, 2, 1]));
        assert!(!is_without_loop(&[0]));
    }

    #[test]
    fn a_workbook_that_needs_a_password_is_known_by_its_stream() {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let file = [&MAGIC[..], &[0; 1016], &name].concat();
        assert!(is_encrypted(&file) && !is_encrypted(&file[..1024]) && !is_encrypted(&name));
    }

    #[test]
    fn an_old_workbook_is_sound_and_one_whose_table_points_to_itself_is_not() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workbooks/epoch1904.xls");
        let bytes = std::fs::read(path).unwrap();
        assert!(chains_end(&bytes));
        let fat = (u32_at(&bytes, 76).unwrap() as usize + 1) * 512;
        let mut looped = bytes;
        looped[fat..fat + 4].copy_from_slice(&0_u32.to_le_bytes());
        assert!(!chains_end(&looped));
        assert!(chains_end(b"PK\x03\x04"), "other files are none of its business");
    }
}
