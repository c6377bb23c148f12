//! How blocks are compressed, and the options that the compressor recorded.

use serde::Serialize;

use super::field::Record;

/// A compression of squashfs 4.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// zlib streams, the default of mksquashfs(1).
    Gzip,
    /// LZMA of the first generation ("lzma alone").
    Lzma,
    /// LZO1X.
    Lzo,
    /// LZMA2 in xz streams.
    Xz,
    /// LZ4 blocks.
    Lz4,
    /// Zstandard frames.
    Zstd,
}

/// More than any dictionary that a block of 1 MiB can make use of.
const LZMA_MEMORY: u64 = 64 << 20;

impl Compression {
    pub(super) fn of(number: u16) -> Option<Self> {
        Some(match number {
            1 => Self::Gzip,
            2 => Self::Lzma,
            3 => Self::Lzo,
            4 => Self::Xz,
            5 => Self::Lz4,
            6 => Self::Zstd,
            _ => return None,
        })
    }

    /// The word of mksquashfs's `-comp`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Lzma => "lzma",
            Self::Lzo => "lzo",
            Self::Xz => "xz",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }

    /// Decompresses one block into `out`; answers how much of it was filled, or `None` if `input`
    /// is damaged or holds more than fits.
    pub(super) fn decompress(self, input: &[u8], out: &mut [u8]) -> Option<usize> {
        let filled = match self {
            Self::Gzip => inflate(input, out),
            Self::Lzma => liblzma::stream::Stream::new_lzma_decoder(LZMA_MEMORY)
                .ok()
                .and_then(|stream| unlzma(stream, input, out)),
            Self::Xz => liblzma::stream::Stream::new_stream_decoder(LZMA_MEMORY, 0)
                .ok()
                .and_then(|stream| unlzma(stream, input, out)),
            Self::Lzo => lzokay::decompress::decompress(input, out).ok(),
            Self::Lz4 => lz4_flex::block::decompress_into(input, out).ok(),
            Self::Zstd => zstd::bulk::decompress_to_buffer(input, out).ok(),
        };
        filled.filter(|filled| *filled <= out.len())
    }
}

fn inflate(input: &[u8], out: &mut [u8]) -> Option<usize> {
    let mut stream = flate2::Decompress::new(true);
    match stream.decompress(input, out, flate2::FlushDecompress::Finish) {
        Ok(flate2::Status::StreamEnd) => usize::try_from(stream.total_out()).ok(),
        _ => None,
    }
}

fn unlzma(mut stream: liblzma::stream::Stream, input: &[u8], out: &mut [u8]) -> Option<usize> {
    use liblzma::stream::{Action, Status};
    loop {
        let taken = usize::try_from(stream.total_in()).ok()?;
        let filled = usize::try_from(stream.total_out()).ok()?;
        let status = stream.process(&input[taken..], &mut out[filled..], Action::Finish).ok()?;
        let now = usize::try_from(stream.total_out()).ok()?;
        match status {
            Status::StreamEnd => return Some(now),
            // Neither input nor output moved: more was promised than is there.
            _ if now == filled && usize::try_from(stream.total_in()).ok()? == taken => return None,
            _ => {}
        }
    }
}

/// Options of the compressor, where they are not its defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CompressionOptions {
    /// Of gzip.
    Gzip {
        /// `-Xcompression-level`, 1 to 9.
        level: u32,
        /// `-Xwindow-size`, 8 to 15.
        window: u16,
        /// Bits of `-Xstrategy`; 0 for the default alone.
        strategies: u16,
    },
    /// Of lzo.
    Lzo {
        /// `-Xalgorithm`, 0 (lzo1x_1) to 4 (lzo1x_999).
        algorithm: u32,
        /// `-Xcompression-level` of lzo1x_999.
        level: u32,
    },
    /// Of xz.
    Xz {
        /// `-Xdict-size` in bytes.
        dictionary: u32,
        /// Bits of `-Xbcj`.
        filters: u32,
    },
    /// Of lz4.
    Lz4 {
        /// Version of the format, 1.
        version: u32,
        /// Whether it was compressed with `-Xhc`.
        high: bool,
    },
    /// Of zstd.
    Zstd {
        /// `-Xcompression-level`, 1 to 22.
        level: u32,
    },
}

impl CompressionOptions {
    /// Reads the block of options; `None` if it has another length than `compression` gives it.
    pub(super) fn parse(compression: Compression, bytes: &[u8]) -> Option<Self> {
        let record = Record(bytes);
        Some(match (compression, bytes.len()) {
            (Compression::Gzip, 8) => Self::Gzip {
                level: record.u32(0),
                window: record.u16(4),
                strategies: record.u16(6),
            },
            (Compression::Lzo, 8) => Self::Lzo { algorithm: record.u32(0), level: record.u32(4) },
            (Compression::Xz, 8) => Self::Xz { dictionary: record.u32(0), filters: record.u32(4) },
            (Compression::Lz4, 8) => {
                Self::Lz4 { version: record.u32(0), high: record.u32(4) & 1 != 0 }
            }
            (Compression::Zstd, 4) => Self::Zstd { level: record.u32(0) },
            _ => return None,
        })
    }
}
