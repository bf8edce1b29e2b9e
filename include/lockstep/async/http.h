// HTTP/1.1, both ends: http_client.h, http_server.h, and what they share, http_message.h.
#pragma once

#include "lockstep/async/http_client.h"
#include "lockstep/async/http_message.h"
#include "lockstep/async/http_server.h"
