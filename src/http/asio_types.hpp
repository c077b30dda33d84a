#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

/// The concrete types of this module: an io_context's own executor, so that nothing is type-erased on the hot path.
namespace pico::http {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
template <class T>
using Awaitable = asio::awaitable<T, Executor>;
/// `auto [error, n] = co_await socket.async_read_some(buffer, no_throw);`
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> no_throw{};

}  // namespace pico::http
