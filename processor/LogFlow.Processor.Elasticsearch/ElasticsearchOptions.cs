using System.Text;
using Elastic.Transport;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>How to reach Elasticsearch or OpenSearch, and how hard to try. Immutable once in use.</summary>
public sealed class ElasticsearchOptions
{
    /// <summary>The nodes to use, tried in turn.</summary>
    public required IReadOnlyList<Uri> Hosts { get; init; }

    /// <summary>User for HTTP basic authentication.</summary>
    public string? User { get; init; }

    /// <summary>Password for HTTP basic authentication. Secret.</summary>
    public string? Password { get; init; }

    /// <summary><c>id:key</c> or its base64 form, as Kibana shows either. Secret.</summary>
    public string? ApiKey { get; init; }

    /// <summary>A token for <c>Authorization: Bearer</c>. Secret.</summary>
    public string? BearerToken { get; init; }

    /// <summary>Headers added to every request.</summary>
    public IReadOnlyDictionary<string, string> CustomHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// gzip level: 0 off, 1 (fastest) to 9. Null: 1, but off on loopback, where CPU is dearer than bandwidth.
    /// Matches Logstash <c>compression_level</c> (1).
    /// </summary>
    public int? CompressionLevel { get; init; }

    /// <summary>How long one request may take. Matches Logstash <c>timeout</c>.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a failed node is left alone. Matches Logstash <c>resurrect_delay</c>.</summary>
    public TimeSpan ResurrectDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Upper bound of the first wait before a retry. Matches Filebeat <c>backoff.init</c>.</summary>
    public TimeSpan RetryInitialInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Upper bound of every wait before a retry. Matches Filebeat <c>backoff.max</c>.</summary>
    public TimeSpan RetryMaxInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where a bulk request is cut, in uncompressed bytes. Matches Logstash (20 MiB).</summary>
    public int BulkBytesMax { get; init; } = 20 * 1024 * 1024;

    /// <summary>Largest answer that is read, in bytes.</summary>
    public int ResponseBytesMax { get; init; } = 256 * 1024 * 1024;

    /// <summary>PEM files with the certificate authorities to trust instead of the system's.</summary>
    public IReadOnlyList<string> CertificateAuthorities { get; init; } = [];

    /// <summary>
    /// SHA-256 (hex) of a certificate of the server's chain that is trusted, as Elasticsearch prints it.
    /// </summary>
    public string? CaTrustedFingerprint { get; init; }

    /// <summary>False: any certificate is accepted (Logstash <c>ssl_verification_mode =&gt; none</c>).</summary>
    public bool VerifyCertificates { get; init; } = true;

    /// <summary>The proxy to go through; null: as the environment says (HTTPS_PROXY and the like).</summary>
    public Uri? Proxy { get; init; }

    /// <summary>No proxy, whatever the environment says. Matches Logstash <c>proxy =&gt; ""</c>.</summary>
    public bool DisableProxy { get; init; }

    /// <summary>The credentials; null: none.</summary>
    internal AuthorizationHeader? GetAuthorization()
    {
        if (ApiKey is { Length: > 0 } key)
        {
            return new ApiKey(key.Contains(':') ? Convert.ToBase64String(Encoding.UTF8.GetBytes(key)) : key);
        }

        if (BearerToken is { Length: > 0 } token)
        {
            return new BearerToken(token);
        }

        return User is { Length: > 0 } user ? new BasicAuthentication(user, Password ?? string.Empty) : null;
    }
}
