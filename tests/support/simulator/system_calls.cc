// The system calls that lead to the simulated kernel. The linker takes these for the
// C library's; what belongs to no simulation goes on to the machine.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "tests/support/simulator/kernel.h"
#include "tests/support/simulator/memory.h"

namespace {

using weir::simulator::Kernel;

// The kernel, and its memory is not the proxy's.
class Entered {
 public:
  Kernel* operator->() const { return Kernel::current(); }

 private:
  const weir::simulator::OtherMemory other_;
};

// As the C library returns it.
template <class T>
T Result(T result) {
  if (result >= 0) return result;
  errno = static_cast<int>(-result);
  return -1;
}

}  // namespace

extern "C" {

int socket(int domain, int type, int protocol) noexcept {
  if (Kernel::current() != nullptr) return Result(Entered()->Socket());
  return static_cast<int>(::syscall(SYS_socket, domain, type, protocol));
}

int bind(int fd, const sockaddr* address, socklen_t size) noexcept {
  if (Kernel::Simulated(fd)) return Result(Entered()->Bind(fd, address));
  return static_cast<int>(::syscall(SYS_bind, fd, address, size));
}

int listen(int fd, int backlog) noexcept {
  if (Kernel::Simulated(fd)) return Result(Entered()->Listen(fd));
  return static_cast<int>(::syscall(SYS_listen, fd, backlog));
}

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  if (Kernel::Simulated(fd)) return Result(Entered()->Accept(fd, address));
  return static_cast<int>(::syscall(SYS_accept4, fd, address, size, flags));
}

int connect(int fd, const sockaddr* address, socklen_t size) {
  if (Kernel::Simulated(fd)) return Result(Entered()->Connect(fd, address));
  return static_cast<int>(::syscall(SYS_connect, fd, address, size));
}

int setsockopt(int fd, int level, int option, const void* value, socklen_t size) noexcept {
  if (!Kernel::Simulated(fd))
    return static_cast<int>(::syscall(SYS_setsockopt, fd, level, option, value, size));
  if (level == SOL_SOCKET && option == SO_LINGER) Entered()->Linger(fd);
  return 0;
}

int getsockopt(int fd, int level, int option, void* value, socklen_t* size) noexcept {
  if (!Kernel::Simulated(fd))
    return static_cast<int>(::syscall(SYS_getsockopt, fd, level, option, value, size));
  *static_cast<int*>(value) = Entered()->TakeError(fd);  // SO_ERROR: nothing else is asked
  return 0;
}

int getsockname(int fd, sockaddr* address, socklen_t* size) noexcept {
  if (!Kernel::Simulated(fd))
    return static_cast<int>(::syscall(SYS_getsockname, fd, address, size));
  Entered()->LocalAddress(fd, address);
  return 0;
}

int shutdown(int fd, int how) noexcept {
  if (Kernel::Simulated(fd)) return Result(Entered()->EndWriting(fd));
  return static_cast<int>(::syscall(SYS_shutdown, fd, how));
}

ssize_t recv(int fd, void* room, size_t size, int flags) {
  if (!Kernel::Simulated(fd)) return ::syscall(SYS_recvfrom, fd, room, size, flags, nullptr, 0);
  return Result(Entered()->Receive(fd, {static_cast<char*>(room), size}, (flags & MSG_PEEK) != 0));
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  if (!Kernel::Simulated(fd)) return ::syscall(SYS_sendto, fd, bytes, size, flags, nullptr, 0);
  const iovec part{const_cast<void*>(bytes), size};
  return Result(Entered()->Send(fd, {&part, 1}));
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  if (!Kernel::Simulated(fd)) return ::syscall(SYS_sendmsg, fd, message, flags);
  return Result(Entered()->Send(fd, {message->msg_iov, message->msg_iovlen}));
}

int poll(pollfd* descriptors, nfds_t count, int timeout) {
  if (count == 1 && Kernel::Simulated(descriptors->fd)) {
    const bool readable = Entered()->Readable(descriptors->fd);
    descriptors->revents = readable ? POLLIN : 0;
    return readable ? 1 : 0;
  }
  const timespec time{timeout / 1000, timeout % 1000 * 1'000'000};
  return ::ppoll(descriptors, count, timeout < 0 ? nullptr : &time, nullptr);
}

int close(int fd) {
  if (Kernel::Simulated(fd)) return Result(Entered()->Close(fd));
  return static_cast<int>(::syscall(SYS_close, fd));
}

int epoll_create1(int flags) noexcept {
  if (Kernel::current() != nullptr) return Entered()->EpollCreate();
  return static_cast<int>(::syscall(SYS_epoll_create1, flags));
}

int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
  if (Kernel::Simulated(epoll)) return Result(Entered()->EpollControl(epoll, operation, fd, event));
  return static_cast<int>(::syscall(SYS_epoll_ctl, epoll, operation, fd, event));
}

int epoll_wait(int epoll, epoll_event* events, int size, int timeout) {
  if (Kernel::Simulated(epoll))
    return Entered()->EpollWait(epoll, {events, static_cast<std::size_t>(size)});
  return static_cast<int>(::syscall(SYS_epoll_pwait, epoll, events, size, timeout, nullptr, 8));
}

int eventfd(unsigned count, int flags) noexcept {
  if (Kernel::current() != nullptr) return Entered()->EventCreate();
  return static_cast<int>(::syscall(SYS_eventfd2, count, flags));
}

int eventfd_write(int fd, eventfd_t count) {
  if (!Kernel::Simulated(fd)) return ::write(fd, &count, sizeof count) == sizeof count ? 0 : -1;
  Entered()->EventAdd(fd, count);
  return 0;
}

int eventfd_read(int fd, eventfd_t* count) {
  if (Kernel::Simulated(fd)) return Result(Entered()->EventTake(fd, count));
  return ::read(fd, count, sizeof *count) == sizeof *count ? 0 : -1;
}

ssize_t getrandom(void* room, size_t size, unsigned flags) {
  if (Kernel::current() == nullptr) return ::syscall(SYS_getrandom, room, size, flags);
  Entered()->Random({static_cast<unsigned char*>(room), size});
  return static_cast<ssize_t>(size);
}

}  // extern "C"
