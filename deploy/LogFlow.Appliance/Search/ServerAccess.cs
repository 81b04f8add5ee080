using System.Net.Http.Headers;
using System.Security.Authentication;
using LogFlow.Hosting;
using LogFlow.Platform;
using LogFlow.Store;

namespace LogFlow.Appliance;

/// <summary>What a store or an Elasticsearch knows a tool by, and what the tool knows it by.</summary>
internal sealed record ServerAccess
{
    /// <summary>By nothing: a server without logins.</summary>
    public static ServerAccess None { get; } = new();

    /// <summary>A user with its password, or an API key; null: neither.</summary>
    public AuthenticationHeaderValue? Authorization { get; init; }

    /// <summary>
    /// The owner's secret of a store on this machine, whose folder this process may read; null: it is not known, or not
    /// needed.
    /// </summary>
    public string? Secret { get; init; }

    /// <summary>Whom to trust; null: whom the system trusts.</summary>
    public TlsClient? Tls { get; init; }

    /// <summary>Trusts as somebody has set.</summary>
    /// <exception cref="StartupException">A file cannot be read, or a value is not what it should be.</exception>
    public static TlsClient Trusting(TlsClientOptions options)
    {
        try
        {
            return new TlsClient(options);
        }
        catch (TlsException error)
        {
            throw new StartupException(error.Message, exitCode: 2);
        }
    }

    /// <summary>Connections to the server. They follow it nowhere: a login is for one server.</summary>
    public SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = Secret is null };
        if (Tls is not null)
        {
            handler.SslOptions = Tls.ForHttp();
        }

        return handler;
    }

    /// <summary>Adds what the server knows the tool by.</summary>
    public void Prepare(HttpRequestMessage request)
    {
        request.Headers.Authorization ??= Authorization;
        if (Secret is not null)
        {
            request.Headers.Add(StoreService.OwnerHeader, Secret);
        }
    }

    /// <summary>Why a request did not reach the server; the reason of TLS lies below .NET's words.</summary>
    public static string Explain(HttpRequestException error) => error.InnerException is AuthenticationException reason
        ? $"{reason.Message.TrimEnd('.')} (--ca names the authority to trust)"
        : error.Message;
}
