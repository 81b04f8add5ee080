using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>How connections are made, and what their failures are called.</summary>
internal static class ConnectionHandler
{
    public static SocketsHttpHandler Configure(SocketsHttpHandler handler, ElasticsearchOptions options)
    {
        handler.AllowAutoRedirect = false;
        handler.AutomaticDecompression = DecompressionMethods.GZip;
        handler.ConnectTimeout = TimeSpan.FromSeconds(10);
        handler.UseCookies = false;

        // DNS changes and load balancers are noticed within minutes.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        handler.ConnectCallback = EarlyAnswerStream.ConnectAsync;
        ServerTrust.Apply(handler.SslOptions, options);
        return handler;
    }

    /// <summary>A failure in the fewest words that tell an operator what to look at.</summary>
    public static string Describe(Exception? error, TimeSpan timeout)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case OperationCanceledException:
                    return $"no answer within {timeout.TotalSeconds:0.#} s";
                case SocketException socket:
                    return socket.SocketErrorCode switch
                    {
                        SocketError.ConnectionRefused => "connection refused",
                        SocketError.HostNotFound => "host not found",
                        SocketError.TimedOut => "connection timed out",
                        _ => socket.Message,
                    };
                case AuthenticationException tls:
                    return $"TLS: {tls.Message}";
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return "the connection was closed in the middle of an answer";
                case InvalidDataException invalid:
                    return invalid.Message;
            }
        }

        return error?.Message ?? "no answer";
    }
}
