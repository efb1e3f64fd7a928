//! Which instruction set the kernels use, chosen when the program runs.
#![expect(
    unsafe_code,
    reason = "functions compiled for an instruction set are entered after checking that the CPU has it"
)]

/// An instruction set the kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isa {
    /// Plain Rust, vectorised by the compiler; on every machine.
    Portable,
    /// x86 with AVX2 and FMA (2013 and later).
    Avx2,
    /// x86 with AVX-512 F, VL, BW, DQ and VNNI (servers since 2019).
    Avx512,
}

impl Isa {
    /// The fastest one of this machine.
    pub fn best() -> Self {
        if Self::Avx512.is_available() {
            Self::Avx512
        } else if Self::Avx2.is_available() {
            Self::Avx2
        } else {
            Self::Portable
        }
    }

    /// Whether this machine can run it.
    pub fn is_available(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        match self {
            Self::Portable => true,
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vnni")
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            self == Self::Portable
        }
    }

    /// Itself where the machine has it, else the best there is.
    pub(crate) fn or_best(self) -> Self {
        if self.is_available() {
            self
        } else {
            Self::best()
        }
    }

    /// Runs plain loops compiled for this instruction set.
    ///
    /// Mark the closure `#[inline(always)]`: only what is inlined is compiled for it.
    pub(crate) fn run<R>(self, work: impl FnOnce() -> R) -> R {
        match self.or_best() {
            Self::Portable => work(),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `or_best` answers only with instruction sets that this CPU has.
            Self::Avx2 => unsafe { run_avx2(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Self::Avx512 => unsafe { run_avx512(work) },
            #[cfg(not(target_arch = "x86_64"))]
            _ => work(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx512vnni,avx2,fma")]
fn run_avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_rust_is_always_available_and_the_best_is_too() {
        assert!(Isa::Portable.is_available());
        assert!(Isa::best().is_available());
    }

    #[test]
    fn work_returns_its_result_on_every_instruction_set() {
        for isa in [Isa::Portable, Isa::Avx2, Isa::Avx512] {
            assert_eq!(isa.run(|| 6 * 7), 42);
        }
    }
}
