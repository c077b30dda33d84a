// The operators of the whole program, in a file of their own so that nothing is inlined.
#include "failing_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace pico::test {

std::atomic<std::size_t> fails_at{0};

}  // namespace pico::test

void* operator new(std::size_t size) {
  auto wanted = size;
  if (size != 0 && pico::test::fails_at.compare_exchange_strong(wanted, 0)) throw std::bad_alloc();
  if (auto* memory = std::malloc(std::max<std::size_t>(size, 1))) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
