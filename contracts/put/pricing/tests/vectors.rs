//! placeholder
#[test]
fn vectors() {
    use everfloor_put_pricing::*;
    const W: u128 = 1_000_000_000_000_000_000;
    for (s, k, v, t, e) in [
        (W, W * 3 / 4, W / 5, 2592000, 2418485469u128),
        (W, W * 3 / 4, W, 2592000, 20416234100101023),
        (W, W * 3 / 4, 2 * W, 2592000, 95926148778590997),
        (W, W, W / 2, 2592000, 57137675090999351),
        (W / 10, W, W, 2592000, 900000000000000005),
        (1000000 * W, 750000 * W, W, 2592000, 20416234100101023373118),
    ] {
        assert_eq!(put_down(s, k, v, t), Ok(e));
    }
    assert_eq!(
        everlasting_put(40000 * W, 50000 * W, W, 604800).unwrap(),
        Everlasting {
            u_wad: 20448541687437203229,
            time_value: 223366704182927766167,
            value: 10223366704182927766167
        }
    );
    assert_eq!(exp_wad(0), Ok(W));
}
