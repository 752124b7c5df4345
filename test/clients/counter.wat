;; The smallest program that clients have something to talk about with: a number of 16 bits. Its ABI is counter.json.
(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
  (import "vm_hooks" "msg_sender" (func $msg_sender (param i32)))
  (memory (export "memory") 1 1)
  ;; call data at 0, the slot's key (zero) at 1024, the number at 1056, the error at 1152 with the number at 1156
  (data (i32.const 1152) "\e0\a8\9a\3a")
  ;; the event: its name, the sender, the number
  (data (i32.const 1280) "\df\1b\3b\ea\69\f5\a3\20\d0\87\15\be\d3\ea\a0\ac\39\3a\2e\cb\2b\5d\ca\3f\8c\3c\5f\8e\c8\f5\75\e4")

  ;; The word at $from, to $to.
  (func $copy (param $from i32) (param $to i32)
    (i64.store (local.get $to) (i64.load (local.get $from)))
    (i64.store offset=8 (local.get $to) (i64.load offset=8 (local.get $from)))
    (i64.store offset=16 (local.get $to) (i64.load offset=16 (local.get $from)))
    (i64.store offset=24 (local.get $to) (i64.load offset=24 (local.get $from))))

  ;; Whether the word at $at is more than 16 bits long.
  (func $is_big (param $at i32) (result i32)
    (i64.ne (i64.const 0)
      (i64.or
        (i64.or (i64.load (local.get $at)) (i64.load offset=8 (local.get $at)))
        (i64.or (i64.load offset=16 (local.get $at))
          ;; the last eight bytes without the last two, which stand highest in a little-endian load
          (i64.and (i64.load offset=24 (local.get $at)) (i64.const 0x0000ffffffffffff))))))

  ;; Stores the word at 1056 and logs it; or refuses it.
  (func $set (result i32)
    (if (call $is_big (i32.const 1056)) (then
      (call $copy (i32.const 1056) (i32.const 1156))
      (call $write_result (i32.const 1152) (i32.const 36))
      (return (i32.const 1))))
    (call $cache (i32.const 1024) (i32.const 1056))
    (call $flush (i32.const 0))
    (call $msg_sender (i32.const 1324))
    (call $copy (i32.const 1056) (i32.const 1344))
    (call $emit_log (i32.const 1280) (i32.const 96) (i32.const 2))
    (i32.const 0))

  (func (export "user_entrypoint") (param $len i32) (result i32)
    (local $selector i32)
    (local $next i32)
    (if (i32.or (i32.lt_u (local.get $len) (i32.const 4)) (i32.gt_u (local.get $len) (i32.const 1024))) (then
      (return (i32.const 1))))
    (call $read_args (i32.const 0))
    (local.set $selector (i32.load (i32.const 0)))
    ;; number()
    (if (i32.eq (local.get $selector) (i32.const 0x8af58183)) (then
      (call $load (i32.const 1024) (i32.const 1056))
      (call $write_result (i32.const 1056) (i32.const 32))
      (return (i32.const 0))))
    ;; setNumber(uint256), and the SDK's name for a constructor, stylus_constructor()
    (if (i32.or (i32.eq (local.get $selector) (i32.const 0xcbc1b53f)) (i32.eq (local.get $selector) (i32.const 0x8d258555))) (then
      (call $copy (i32.const 4) (i32.const 1056))
      (return (call $set))))
    ;; increment()
    (if (i32.eq (local.get $selector) (i32.const 0x8ae09dd0)) (then
      (call $load (i32.const 1024) (i32.const 1056))
      (local.set $next (i32.add (i32.const 1) (i32.or
        (i32.shl (i32.load8_u (i32.const 1086)) (i32.const 8))
        (i32.load8_u (i32.const 1087)))))
      (i32.store8 (i32.const 1087) (local.get $next))
      (i32.store8 (i32.const 1086) (i32.shr_u (local.get $next) (i32.const 8)))
      (i32.store8 (i32.const 1085) (i32.shr_u (local.get $next) (i32.const 16)))
      (return (call $set))))
    (i32.const 1)))
