using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>add_host_metadata</c>: what this machine is.</summary>
internal sealed class AddHostMetadata : EventProcessor
{
    private readonly Lock _lock = new();
    private EventObject? _host;
    private long _madeAt;

    [ConfigKey("netinfo.enabled")]
    public bool NetworkEnabled { get; set; } = true;

    [ConfigKey("cache.ttl")]
    public TimeSpan CacheTime { get; set; } = TimeSpan.FromMinutes(5);

    [ConfigKey("expire_update_timeout")]
    public TimeSpan ExpireUpdateTimeout { get; set; } = TimeSpan.FromSeconds(10);

    [ConfigKey("geo")]
    public Dictionary<string, object?> Geo { get; set; } = [];

    [ConfigKey("replace_fields")]
    public bool ReplaceFields { get; set; } = true;

    /// <summary>The object that it goes to.</summary>
    public string Target { get; init; } = "host";

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        if (ReplaceFields || @event.Get(Target) is not EventObject { Count: > 1 })
        {
            @event.Fields.Own(Target).Merge(Host(), overwrites: true);
        }

        return true;
    }

    private EventObject Host()
    {
        lock (_lock)
        {
            if (_host is null || TimeProvider.System.GetElapsedTime(_madeAt) > CacheTime)
            {
                _host = Describe().Freeze();
                _madeAt = TimeProvider.System.GetTimestamp();
            }

            return _host;
        }
    }

    private EventObject Describe()
    {
        var host = new EventObject();
        var name = Environment.MachineName.ToLowerInvariant();
        host.Set("name", name);
        host.Set("hostname", Environment.MachineName);
        host.Set("architecture", RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x86_64",
            Architecture.Arm64 => "aarch64",
            var other => other.ToString().ToLowerInvariant(),
        });
        host.Set("os", OperatingSystemOf());
        if (ReadFirstLine("/etc/machine-id") is { } id)
        {
            host.Set("id", id);
        }

        host.Set("containerized", File.Exists("/.dockerenv"));
        if (NetworkEnabled)
        {
            AddNetwork(host);
        }

        if (Geo.Count > 0)
        {
            host.Set("geo", EventObject.Of(Geo));
        }

        return host;
    }

    private static EventObject OperatingSystemOf()
    {
        var system = new EventObject();
        system.Set("kernel", Environment.OSVersion.Version.ToString());
        if (!OperatingSystem.IsLinux())
        {
            var name = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "unix";
            system.Set("type", name == "darwin" ? "macos" : name);
            system.Set("platform", name);
            system.Set("family", name);
            system.Set("name", RuntimeInformation.OSDescription);
            system.Set("version", Environment.OSVersion.Version.ToString());
            return system;
        }

        var release = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in ReadLines("/etc/os-release"))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                release[line[..equals]] = line[(equals + 1)..].Trim('"');
            }
        }

        system.Set("type", "linux");
        var platform = release.GetValueOrDefault("ID", "linux");
        system.Set("platform", platform);
        system.Set("family", platform switch
        {
            "debian" or "ubuntu" or "linuxmint" or "raspbian" => "debian",
            "rhel" or "centos" or "fedora" or "rocky" or "almalinux" or "amzn" or "ol" => "redhat",
            "sles" or "opensuse" or "opensuse-leap" or "opensuse-tumbleweed" => "suse",
            _ => release.GetValueOrDefault("ID_LIKE", "").Split(' ')[0],
        });
        system.Set("name", release.GetValueOrDefault("NAME", "Linux"));
        system.Set("version", release.GetValueOrDefault("VERSION", release.GetValueOrDefault("VERSION_ID", "")));
        if (release.TryGetValue("VERSION_CODENAME", out var codename))
        {
            system.Set("codename", codename);
        }

        if (ReadFirstLine("/proc/sys/kernel/osrelease") is { } kernel)
        {
            system.Set("kernel", kernel);
        }

        return system;
    }

    private static void AddNetwork(EventObject host)
    {
        var (addresses, hardware) = (new List<object?>(), new List<object?>());
        foreach (var card in Interfaces().Where(static card =>
            card.NetworkInterfaceType != NetworkInterfaceType.Loopback
            && card.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown))
        {
            foreach (var address in card.GetIPProperties().UnicastAddresses.Select(static one => one.Address))
            {
                addresses.Add(address.AddressFamily == AddressFamily.InterNetworkV6
                    ? new System.Net.IPAddress(address.GetAddressBytes()).ToString()
                    : address.ToString());
            }

            if (card.GetPhysicalAddress().GetAddressBytes() is { Length: > 0 } mac)
            {
                hardware.Add(string.Join('-', mac.Select(
                    static part => part.ToString("X2", CultureInfo.InvariantCulture))));
            }
        }

        host.Set("ip", addresses);
        host.Set("mac", hardware);
    }

    private static NetworkInterface[] Interfaces()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces();
        }
        catch (NetworkInformationException)
        {
            // A sandbox does not let it: the event does without.
            return [];
        }
    }

    private static string? ReadFirstLine(string path) =>
        ReadLines(path).FirstOrDefault()?.Trim() is { Length: > 0 } line ? line : null;

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
