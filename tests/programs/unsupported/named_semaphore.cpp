// expect: unsupported
// A semaphore with a name belongs to other processes too.
#include <fcntl.h>
#include <semaphore.h>

#include <thread>

int main() {
  sem_t* s = sem_open("/lockstep-corpus", O_CREAT, 0600, 1);
  std::thread t([s] { sem_post(s); });
  sem_wait(s);
  t.join();
  sem_unlink("/lockstep-corpus");
}
