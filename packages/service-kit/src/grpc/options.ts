import type { ChannelOptions } from '@grpc/grpc-js';

/** Pages of records are the largest messages between services; bodies travel as frames. */
export const maxMessageBytes = 8 * 1_048_576;

const sizes: ChannelOptions = {
  'grpc.max_receive_message_length': maxMessageBytes,
  'grpc.max_send_message_length': maxMessageBytes,
};

export const clientOptions: ChannelOptions = {
  ...sizes,
  // A restarted process listens within a second, so the next attempt is never further away.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  // A peer whose machine went away says nothing: ask it.
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.enable_http_proxy': 0,
  // A retry is decided by who knows whether the call may run twice.
  'grpc.enable_retries': 0,
};

export const serverOptions: ChannelOptions = {
  ...sizes,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.max_concurrent_streams': 10_000,
};
