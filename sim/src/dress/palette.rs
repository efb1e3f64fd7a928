//! Colours of things, as linear RGB. The same hues appear on vehicles, clothes, houses and street
//! furniture alike, so that no colour gives a class away.

use drive::math::powf;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Linear red, green, blue, 0 to 1.
pub(crate) type Colour = [f32; 3];

/// The linear colour of a display colour such as `0x80_40_20`.
pub(crate) fn srgb(hex: u32) -> Colour {
    [16, 8, 0].map(|shift| {
        let encoded = f64::from(hex >> shift & 0xff) / 255.0;
        let linear = if encoded <= 0.040_45 {
            encoded / 12.92
        } else {
            powf((encoded + 0.055) / 1.055, 2.4)
        };
        linear as f32
    })
}

/// A colour of a list.
pub(crate) fn pick(rng: &mut ChaCha8Rng, list: &[u32]) -> Colour {
    srgb(list[rng.random_range(0..list.len())])
}

/// A colour of a list, a little lighter, darker or shifted.
pub(crate) fn varied(rng: &mut ChaCha8Rng, list: &[u32]) -> Colour {
    let base = pick(rng, list);
    let light = rng.random_range(0.8..1.2);
    base.map(|channel| (channel * light * rng.random_range(0.92..1.08)).clamp(0.0, 1.0))
}

/// The colour made so much lighter (above 1) or darker.
pub(crate) fn shaded(colour: Colour, factor: f32) -> Colour {
    colour.map(|channel| (channel * factor).clamp(0.0, 1.0))
}

/// The colour a share of the way to another.
pub(crate) fn blended(from: Colour, to: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|i| from[i] + (to[i] - from[i]) * share)
}

/// Car paint, often the common colours.
pub(crate) const CAR_PAINT: &[u32] = &[
    0xe8_e9_ea, 0xdc_de_df, 0xa9_ad_b1, 0x83_88_8d, 0x5c_61_66, 0x3b_3f_44, 0x1b_1d_20, 0x16_18_1b,
    0x2a_4a_78, 0x1e_2f_55, 0x8c_1f_22, 0xa8_32_2b, 0x3f_5a_45, 0x5d_6b_4e, 0x8a_7a_5c, 0xc2_b7_9c,
    0x5f_7f_98, 0xb9_70_2f, 0x6b_2b_35, 0xc8_b2_3a,
];
/// Paint of trucks, vans and skip containers.
pub(crate) const TRUCK_PAINT: &[u32] = &[
    0xe9_e9_e6, 0xd9_db_dc, 0x9a_a0_a4, 0xb0_30_28, 0x23_4f_8f, 0x2f_6b_4a, 0xd9_a5_21, 0xc8_61_1f,
    0x55_58_5c, 0x7a_8c_94, 0x6f_7f_3e, 0x8e_4a_3a,
];
/// Clothes: many greys, earths and greens, some bright.
pub(crate) const CLOTHES: &[u32] = &[
    0x22_25_2b, 0x3a_3d_45, 0x5b_5f_66, 0x8b_8e_90, 0xc9_c7_c0, 0xe6_e3_da, 0x2b_3a_57, 0x41_59_7d,
    0x6f_82_99, 0x4a_5a_3c, 0x6d_76_50, 0x3c_55_46, 0x7a_6a_52, 0xa5_8d_69, 0x5a_46_33, 0x7b_2e_2e,
    0xa3_3c_34, 0xb6_6a_2e, 0xc9_a5_3f, 0x6a_4a_68, 0x8b_74_86, 0xb9_a9_a0, 0x3f_73_73, 0x94_a3_a0,
];
/// Trousers and skirts.
pub(crate) const TROUSERS: &[u32] = &[
    0x1f_21_26, 0x2c_33_40, 0x34_43_5c, 0x4a_5f_80, 0x55_56_5a, 0x77_74_6d, 0x8a_7d_66, 0x5d_4f_3c,
    0x4c_54_43, 0xa9_a3_94, 0x6b_3b_38, 0x39_42_3a,
];
/// Skin.
pub(crate) const SKIN: &[u32] = &[
    0xf0_c9_a8, 0xe0_b0_8a, 0xc6_8f_66, 0x9c_6b_47, 0x6e_4a_33, 0x4a_32_26,
];
/// Hair and hats.
pub(crate) const HAIR: &[u32] = &[
    0x1c_17_13, 0x3a_2a_1c, 0x5f_43_26, 0x8d_6b_3f, 0xc4_a4_68, 0x9b_9a_96, 0xd8_d5_cf, 0x6e_34_20,
    0x31_44_5e, 0x7c_2f_2f,
];
/// Rendered walls.
pub(crate) const RENDER: &[u32] = &[
    0xe8_e0_cf, 0xd9_c9_a6, 0xe9_d9_b8, 0xcf_c6_b8, 0xbf_b5_a4, 0xd8_b4_8f, 0xc9_8f_6c, 0xb6_c0_b4,
    0xa9_b7_c0, 0xde_de_de, 0xd6_a7_9a, 0xe3_c7_7f, 0x8f_9a_a0, 0xa6_5f_4b, 0x7d_8f_7a, 0x6d_7f_92,
];
/// Brick walls.
pub(crate) const BRICK: &[u32] = &[
    0x92_58_46, 0x84_4c_3e, 0xa5_70_55, 0x76_50_44, 0xa2_80_60, 0xb8_9a_76, 0x6a_58_50,
];
/// Walls of offices.
pub(crate) const OFFICE: &[u32] = &[
    0xc4_c6_c4, 0x9f_a5_a8, 0xd8_d4_ca, 0x86_92_99, 0xb0_a5_94, 0x7a_85_84, 0xb2_ba_c2,
];
/// Roof tiles, slates, sheet metal.
pub(crate) const ROOF: &[u32] = &[
    0x8e_46_33, 0x7a_3a_2b, 0xa6_5a_3c, 0x4a_46_43, 0x5b_55_52, 0x6d_62_5a, 0x3f_45_4a,
];
/// Doors, awnings, shop fronts, hoardings, bins, letter boxes: everything bright that was built.
pub(crate) const FITTINGS: &[u32] = &[
    0x8c_1f_22, 0x23_4f_8f, 0x2f_6b_4a, 0xd9_a5_21, 0xc8_61_1f, 0x1e_2f_55, 0x3b_3f_44, 0xe8_e9_ea,
    0x5d_6b_4e, 0x6a_4a_68, 0x5a_46_33, 0x7a_8c_94, 0xa3_3c_34, 0x16_18_1b, 0x83_88_8d, 0xc9_c7_c0,
];
/// Leaves.
pub(crate) const LEAVES: &[u32] = &[
    0x5e_73_3b, 0x6b_7f_45, 0x7a_8a_4e, 0x4f_65_3c, 0x87_92_53, 0x66_79_4c, 0x93_92_5c,
];
/// Meadows and verges.
pub(crate) const GRASS: &[u32] = &[0x6a_75_4a, 0x77_80_51, 0x7f_84_5a, 0x66_70_48, 0x84_88_60];
/// Needles.
pub(crate) const NEEDLES: &[u32] = &[0x2f_4a_2e, 0x3a_55_38, 0x2a_42_38, 0x4a_62_42];
/// Bark.
pub(crate) const BARK: &[u32] = &[0x5b_4a_3a, 0x6d_5a_48, 0x77_70_6a, 0x4a_3d_30];
/// Wood of fences, barns and benches.
pub(crate) const WOOD: &[u32] = &[
    0x8a_6b_48, 0x6f_5a_42, 0x9b_8a_74, 0x5a_40_30, 0xb8_b0_a2, 0x4d_5a_4a,
];

/// Galvanized steel.
pub(crate) const STEEL: u32 = 0x8d_92_95;
/// Painted poles and housings.
pub(crate) const DARK_METAL: u32 = 0x2a_2d_2f;
/// Tyres, rubber, unpainted plastic.
pub(crate) const RUBBER: u32 = 0x1a_1a_1b;
/// Window glass seen from outside.
pub(crate) const GLASS: u32 = 0x1d_26_2c;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_and_white_keep_their_place() {
        assert_eq!(srgb(0), [0.0; 3]);
        assert!(
            srgb(0xff_ff_ff)
                .iter()
                .all(|channel| (channel - 1.0).abs() < 1e-6)
        );
    }

    #[test]
    fn half_grey_is_a_fifth_of_white() {
        assert!((srgb(0x80_80_80)[0] - 0.2158).abs() < 1e-3);
    }
}
