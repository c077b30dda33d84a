#include "pico/core/byte_buffer.hpp"
