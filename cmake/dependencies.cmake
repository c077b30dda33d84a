# Every library from outside, found once. Modules link the names on the right and nothing else.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)              # Boost::headers (Asio and Beast, compiled once in src/http)
find_package(nlohmann_json REQUIRED)           # nlohmann_json::nlohmann_json
find_package(spdlog REQUIRED)                  # spdlog::spdlog
find_package(CURL REQUIRED)                    # prometheus-cpp's package file asks for it
find_package(prometheus-cpp REQUIRED)          # prometheus-cpp::core
find_package(OpenSSL 3.0 REQUIRED)              # OpenSSL::SSL
find_package(ZLIB REQUIRED)                    # ZLIB::ZLIB
find_package(date REQUIRED)                    # date::date-tz
find_package(yaml-cpp REQUIRED)                # yaml-cpp (0.7) or yaml-cpp::yaml-cpp (0.8)
if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
find_package(simdjson REQUIRED)                 # simdjson::simdjson
find_package(CLI11 REQUIRED)                   # CLI11::CLI11
pkg_check_modules(pqxx REQUIRED IMPORTED_TARGET libpqxx)             # PkgConfig::pqxx
pkg_check_modules(pq REQUIRED IMPORTED_TARGET libpq)                 # PkgConfig::pq
pkg_check_modules(maxminddb REQUIRED IMPORTED_TARGET libmaxminddb)   # PkgConfig::maxminddb
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)         # PkgConfig::sodium
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)         # PkgConfig::sqlite3
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)                  # PkgConfig::re2

find_path(CONCURRENTQUEUE_INCLUDE_DIR concurrentqueue.h PATH_SUFFIXES concurrentqueue/moodycamel concurrentqueue REQUIRED)
add_library(concurrentqueue INTERFACE)
target_include_directories(concurrentqueue SYSTEM INTERFACE ${CONCURRENTQUEUE_INCLUDE_DIR})

find_program(NODE node REQUIRED) # the build's own scripts, and esbuild
