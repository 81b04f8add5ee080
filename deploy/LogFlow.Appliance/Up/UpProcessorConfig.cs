using LogFlow.Hosting;
using LogFlow.Platform;
using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary>Section <c>processor</c>: Logstash's settings, and whether the processor runs at all.</summary>
internal sealed class UpProcessorConfig : ProcessorConfig
{
    /// <summary>
    /// One processor is in this process, so its name can be fixed, and no rebalance makes long polls wait for each
    /// other (an idle process wakes for each); and its store is near, so that little needs to be under way to keep it
    /// busy.
    /// </summary>
    public UpProcessorConfig()
    {
        QueueFetchWaitMax = TimeSpan.FromSeconds(10);
        QueueGroupInstanceId = "logflow-up";
        PipelineBatchBytes = 8L << 20;
    }

    /// <inheritdoc/>
    public override string StoreSecretKey => "processor.output.store.secret_file";

    /// <summary>How the console reaches a store in another process: as the processor does.</summary>
    /// <exception cref="StartupException">A file cannot be read.</exception>
    public ServerAccess StoreAccess()
    {
        var login = OutputStoreApiKey is { } key ? ServerOptions.ApiKey(key)
            : OutputStoreUsername is { } user ? ServerOptions.Basic($"{user}:{OutputStorePassword}")
            : null;
        var tls = OutputStoreAuthorities.Count == 0 && OutputStoreFingerprint is null
            ? null
            : ServerAccess.Trusting(new TlsClientOptions
            {
                CertificateAuthorities = OutputStoreAuthorities,
                CaTrustedFingerprint = OutputStoreFingerprint,
                Names = new TlsKeyNames
                {
                    Authorities = "processor.output.store.ssl.certificate_authorities",
                    Fingerprint = "processor.output.store.ssl.ca_trusted_fingerprint",
                },
            });
        return new ServerAccess { Authorization = login, Tls = tls };
    }

    /// <summary>Whether this process parses and indexes.</summary>
    [ConfigKey("enabled")]
    public bool IsEnabled { get; set; } = true;
}
