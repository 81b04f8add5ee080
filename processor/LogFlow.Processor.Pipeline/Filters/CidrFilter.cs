using System.Net;

namespace LogFlow.Processor.Pipeline;

/// <summary>Successful (adds its tags and fields) when an address lies in one of the networks.</summary>
internal sealed class CidrFilter : Filter
{
    private readonly EventTemplate[] _addresses;
    private readonly EventTemplate[] _networkTemplates;
    private readonly IPNetwork[] _networks;

    private CidrFilter(PluginContext context)
        : base(context)
    {
        _addresses = [.. context.Settings.ListValues("address").Select(context.Template)];
        var networks = new List<IPNetwork>();
        var templates = new List<EventTemplate>();
        foreach (var value in NetworkValues(context))
        {
            var template = context.Template(value);
            if (!template.IsLiteral)
            {
                templates.Add(template);
            }
            else if (TryParse(value.Text!, out var network))
            {
                networks.Add(network);
            }
            else
            {
                context.Error(value.Span, $"'{value.Text}' is not a network", "write: 192.168.0.0/24");
            }
        }
        _networks = [.. networks];
        _networkTemplates = [.. templates];
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "cidr",
        new SettingSpec("address", SettingType.List),
        new SettingSpec("network", SettingType.List),
        new SettingSpec("network_path", SettingType.Path),
        new SettingSpec("refresh_interval", SettingType.Number) { Default = 600 },
        new SettingSpec("separator", SettingType.String) { Default = "\n" })
    {
        CreateFilter = context => new CidrFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        foreach (var template in _addresses)
        {
            if (IPAddress.TryParse(template.Format(target, context.Now), out var address)
                && IsInside(address, target, context))
            {
                Matched(target, context);
                return;
            }
        }
    }

    private bool IsInside(IPAddress address, Event target, FilterContext context)
    {
        foreach (var network in _networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }
        foreach (var template in _networkTemplates)
        {
            if (TryParse(template.Format(target, context.Now), out var network) && network.Contains(address))
            {
                return true;
            }
        }
        return false;
    }

    // 10.1.2.3/8 means 10.0.0.0/8; an address alone is a network of one.
    private static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            return false;
        }
        var bytes = address.GetAddressBytes();
        var prefix = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), out prefix) || prefix < 0
            || prefix > bytes.Length * 8))
        {
            return false;
        }
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }
        network = new IPNetwork(new IPAddress(bytes), prefix);
        return true;
    }

    private static IEnumerable<ConfigValue> NetworkValues(PluginContext context)
    {
        if (context.Settings.Value("network_path") is not { } path)
        {
            return context.Settings.ListValues("network");
        }
        try
        {
            return File.ReadAllText(path.Text!)
                .Split(context.Settings.String("separator"),
                    StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(line => ConfigValue.OfText(path.Span, line));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Error(path.Span, $"the networks of '{path.Text}' cannot be read: {e.Message}");
            return [];
        }
    }
}
