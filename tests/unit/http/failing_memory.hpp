#pragma once
#include <atomic>
#include <cstddef>

namespace pico::test {

/// The next allocation of that many bytes fails, on whatever thread; 0: none.
extern std::atomic<std::size_t> fails_at;

}  // namespace pico::test
