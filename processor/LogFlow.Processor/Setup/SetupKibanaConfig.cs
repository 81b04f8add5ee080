using LogFlow.Hosting;
using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor;

/// <summary>The Kibana or OpenSearch Dashboards that the command <c>setup</c> imports into; Filebeat's keys.</summary>
public sealed class SetupKibanaConfig
{
    private const int DefaultPort = 5601;

    /// <summary>Its address: http://kibana:5601, or host:port. Without it nothing is imported.</summary>
    [ConfigKey("host")]
    public string? Host { get; set; }

    /// <summary>Its user; without user and API key the login of the first Elasticsearch is used.</summary>
    [ConfigKey("username")]
    public string? Username { get; set; }

    /// <summary>Its password.</summary>
    [ConfigKey("password", IsSecret = true)]
    public string? Password { get; set; }

    /// <summary>Its API key, <c>id:key</c> or base64.</summary>
    [ConfigKey("api_key", IsSecret = true)]
    public string? ApiKey { get; set; }

    /// <summary>Kibana's space, or the tenant of OpenSearch Dashboards.</summary>
    [ConfigKey("space.id")]
    public string? SpaceId { get; set; }

    /// <summary>PEM files with the authorities of its certificate; empty: those of the first Elasticsearch.</summary>
    [ConfigKey("ssl.certificate_authorities")]
    public List<string> Authorities { get; set; } = [];

    /// <summary>The address that a text names; null: it names none.</summary>
    internal static Uri? ParseHost(string text)
    {
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(hasScheme ? text : $"http://{text}", UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https"))
        {
            return null;
        }

        var hasPort = text.Split('/')[0].EndsWith($":{uri.Port}", StringComparison.Ordinal);
        return hasScheme || hasPort ? uri : new UriBuilder(uri) { Port = DefaultPort }.Uri;
    }

    /// <summary>How it is reached.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="server">The Elasticsearch whose login and trust apply where none is set here.</param>
    internal ElasticsearchOptions ToOptions(Uri address, ElasticsearchOptions server)
    {
        var hasLogin = (Username ?? ApiKey) is not null;
        return new ElasticsearchOptions
        {
            Hosts = [address],
            User = hasLogin ? Username : server.User,
            Password = hasLogin ? Password : server.Password,
            ApiKey = hasLogin ? ApiKey : server.ApiKey,
            Timeout = server.Timeout,
            CertificateAuthorities = Authorities.Count > 0 ? Authorities : server.CertificateAuthorities,
            CaTrustedFingerprint = server.CaTrustedFingerprint,
            VerifyCertificates = server.VerifyCertificates,
            Proxy = server.Proxy,
            DisableProxy = server.DisableProxy,
        };
    }
}
