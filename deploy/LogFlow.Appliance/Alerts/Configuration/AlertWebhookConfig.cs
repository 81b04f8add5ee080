using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>Section <c>webhook</c> of an action.</summary>
internal sealed class AlertWebhookConfig : IValidatedConfig
{
    /// <summary>Where the JSON goes. Many services put a secret into it, so it is never printed whole.</summary>
    [ConfigKey("url", IsSecret = true)]
    public string Url { get; set; } = "";

    /// <summary>Headers of the request, by name; <c>Authorization: Bearer …</c> say.</summary>
    [ConfigKey("headers", IsSecret = true)]
    public Dictionary<string, string> Headers { get; set; } = [];

    /// <summary>How long the other side may take to answer. Matches Kibana's connectors.</summary>
    [ConfigKey("timeout")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>TLS, where others than the system's authorities are to be trusted.</summary>
    [ConfigKey("ssl")]
    public SslConfig? Ssl { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            return [new ConfigProblem("url", "takes an address that begins with http:// or https://")];
        }

        var unfit = Headers.FirstOrDefault(static header => !IsFit(header.Key, header.Value)).Key;
        return unfit is not null
            ? [new ConfigProblem("headers", $"'{unfit}' is no header that a request can have")]
            : Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromMinutes(10)
                ? [new ConfigProblem("timeout", "takes more than 0s, and 10m at most")]
                : [];
    }

    private static bool IsFit(string name, string value)
    {
        using var request = new HttpRequestMessage { Content = new ByteArrayContent([]) };
        return !value.AsSpan().ContainsAny('\r', '\n', '\0')
            && (request.Headers.TryAddWithoutValidation(name, value)
                || request.Content.Headers.TryAddWithoutValidation(name, value));
    }
}
