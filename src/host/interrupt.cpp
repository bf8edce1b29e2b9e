#include "host/interrupt.h"

#include <csignal>

namespace lockstep::host {
namespace {

volatile std::sig_atomic_t count = 0;
struct sigaction old_int, old_term;

void note(int) { count = count + 1; }

}  // namespace

InterruptGuard::InterruptGuard() {
  struct sigaction action = {};
  action.sa_handler = note;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &old_int);
  sigaction(SIGTERM, &action, &old_term);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &old_int, nullptr);
  sigaction(SIGTERM, &old_term, nullptr);
}

int interrupts() { return count; }

}  // namespace lockstep::host
