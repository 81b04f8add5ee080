using LogFlow.Hosting;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Queue;

/// <summary>Makes listeners of their configuration, and says all that is wrong with it.</summary>
internal static class ListenerReader
{
    private const string ListenersKey = "listeners";
    private const string AdvertisedKey = "advertised.listeners";
    private const string MapKey = "listener.security.protocol.map";
    private const string MechanismsKey = "sasl.enabled.mechanisms";

    /// <summary>The listeners, in order; those with a problem are left out.</summary>
    public static IReadOnlyList<Listener> Read(QueueConfig config, TimeProvider time, List<ConfigProblem> problems)
    {
        var protocols = ReadMap(config, problems);
        var listeners = new List<Listener>();
        foreach (var endpoint in ReadEndpoints(ListenersKey, config.Listeners, problems))
        {
            if (FindProtocol(endpoint.Name, protocols) is not { } protocol)
            {
                problems.Add(new(
                    ListenersKey,
                    $"'{endpoint.Name}' is no security protocol ({SecurityProtocol.Choices}); give it one in {MapKey}: "
                    + $"{endpoint.Name}:SASL_SSL"));
            }
            else if (listeners.Any(other => other.Name == endpoint.Name))
            {
                problems.Add(new(
                    ListenersKey, $"two have the name {endpoint.Name}; name them apart and set {MapKey}"));
            }
            else if (Complete(new Listener(endpoint, protocol), config, time, problems) is { } listener)
            {
                listeners.Add(listener);
            }
        }

        if (config.Listeners.Count == 0)
        {
            problems.Add(new(ListenersKey, "must name at least one listener, such as PLAINTEXT://127.0.0.1:9092"));
        }

        CheckOverrides(config, problems);
        Advertise(listeners, config, problems);
        return listeners;
    }

    /// <summary>The entries of a list that may be written as one text with commas, as in Kafka's own files.</summary>
    public static IReadOnlyList<string> Split(List<string> entries) =>
        [.. entries.SelectMany(static entry =>
            entry.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static Listener? Complete(
        Listener listener, QueueConfig config, TimeProvider time, List<ConfigProblem> problems)
    {
        var settings = new ListenerSettings(config, listener.Name);
        var problemsBefore = problems.Count;
        if (listener.Protocol.UsesSasl)
        {
            listener = listener with { Mechanisms = ReadMechanisms(settings, problems) };
        }

        if (listener.Protocol.UsesTls)
        {
            try
            {
                listener = listener with { Tls = new TlsServer(settings.Tls(), time) };
            }
            catch (TlsException error)
            {
                // The message begins with the key.
                var colon = error.Message.IndexOf(": ", StringComparison.Ordinal);
                problems.Add(new(error.Message[..colon], error.Message[(colon + 2)..]));
            }
        }

        return problems.Count == problemsBefore ? listener : null;
    }

    private static List<SaslMechanism> ReadMechanisms(ListenerSettings settings, List<ConfigProblem> problems)
    {
        var mechanisms = new List<SaslMechanism>();
        foreach (var name in settings.Mechanisms)
        {
            if (SaslMechanism.Find(name) is { } mechanism)
            {
                mechanisms.Add(mechanism);
            }
            else
            {
                problems.Add(new(
                    settings.Named(MechanismsKey),
                    $"'{name}' is not spoken here; {string.Join(", ", SaslMechanism.All)} are"));
            }
        }

        if (settings.Mechanisms.Count == 0)
        {
            problems.Add(new(settings.Named(MechanismsKey), "must name a mechanism, such as SCRAM-SHA-512"));
        }

        return mechanisms;
    }

    private static List<ListenerEndpoint> ReadEndpoints(
        string key, List<string> entries, List<ConfigProblem> problems)
    {
        var endpoints = new List<ListenerEndpoint>();
        foreach (var text in Split(entries))
        {
            if (ListenerEndpoint.TryParse(text, out var endpoint, out var problem))
            {
                endpoints.Add(endpoint);
            }
            else
            {
                problems.Add(new(key, problem));
            }
        }

        return endpoints;
    }

    private static Dictionary<string, SecurityProtocol> ReadMap(QueueConfig config, List<ConfigProblem> problems)
    {
        var map = new Dictionary<string, SecurityProtocol>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in Split(config.ListenerSecurityProtocolMap))
        {
            var parts = pair.Split(':', StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && SecurityProtocol.Find(parts[1]) is { } protocol)
            {
                map[parts[0]] = protocol;
            }
            else
            {
                problems.Add(new(MapKey, $"'{pair}' is not NAME:PROTOCOL; protocols are {SecurityProtocol.Choices}"));
            }
        }

        return map;
    }

    private static SecurityProtocol? FindProtocol(string name, Dictionary<string, SecurityProtocol> map) =>
        map.GetValueOrDefault(name) ?? SecurityProtocol.Find(name);

    private static void CheckOverrides(QueueConfig config, List<ConfigProblem> problems)
    {
        var names = Split(config.Listeners)
            .Select(static text => ListenerEndpoint.TryParse(text, out var endpoint, out _) ? endpoint.Name : "")
            .ToArray();
        foreach (var key in config.ListenerName.Keys)
        {
            var dot = key.IndexOf('.', StringComparison.Ordinal);
            if (dot <= 0 || !names.Contains(key[..dot], StringComparer.OrdinalIgnoreCase))
            {
                problems.Add(new($"listener.name.{key}", "there is no listener of that name (see listeners)"));
            }
            else if (!ListenerSettings.Keys.Contains(key[(dot + 1)..]))
            {
                problems.Add(new(
                    $"listener.name.{key}", "cannot be set for one listener; these can: "
                    + string.Join(", ", ListenerSettings.Keys)));
            }
        }
    }

    private static void Advertise(List<Listener> listeners, QueueConfig config, List<ConfigProblem> problems)
    {
        foreach (var advertised in ReadEndpoints(AdvertisedKey, config.AdvertisedListeners, problems))
        {
            if (listeners.Find(listener => listener.Name == advertised.Name) is { } listener)
            {
                listener.Advertised = advertised;
            }
            else
            {
                problems.Add(new(
                    AdvertisedKey, $"'{advertised}': there is no listener {advertised.Name} (see listeners)"));
            }
        }
    }
}
