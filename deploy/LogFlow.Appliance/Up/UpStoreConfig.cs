using LogFlow.Hosting;
using LogFlow.Store;

namespace LogFlow.Appliance;

/// <summary>Section <c>store</c>: the embedded store's keys, and where it is when it runs elsewhere.</summary>
internal sealed class UpStoreConfig : StoreConfig
{
    /// <summary>Whether this process runs the store.</summary>
    [ConfigKey("enabled")]
    public bool IsEnabled { get; set; } = true;

    /// <summary>The short name of <c>store.http.port</c>.</summary>
    [ConfigKey("port")]
    public int Port
    {
        get => HttpPort;
        set => HttpPort = value;
    }

    /// <summary>Address of a store elsewhere, as a URL.</summary>
    [ConfigKey("address")]
    public string? Address { get; set; }

    /// <inheritdoc/>
    public override string PortKey => "store.port";
}
