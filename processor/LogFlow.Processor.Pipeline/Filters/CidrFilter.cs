using System.Net;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Successful (adds its tags and fields) when an address lies in one of the networks. A file of networks is read again
/// when it changed.
/// </summary>
internal sealed class CidrFilter : Filter
{
    private readonly EventTemplate[] _addresses;
    private readonly FieldReference? _addressField;
    private readonly EventTemplate[] _networkTemplates;
    private readonly RefreshedFile? _file;
    private volatile IPNetwork[] _networks = [];

    private CidrFilter(PluginContext context)
        : base(context)
    {
        var settings = context.Settings;
        _addressField = context.FieldOf("address_field");
        _addresses = [.. settings.ListValues("address").Select(context.Template)];
        _networkTemplates = ReadNetworks(context);
        Exclude(context, "address_field", "address");
        Exclude(context, "network_path", "network");
        if (settings.String("network_path") is { } path)
        {
            var separator = settings.String("separator")!;
            _file = new RefreshedFile(
                path,
                TimeSpan.FromSeconds(settings.Number("refresh_interval")),
                file => _networks = CidrNetworks.ReadFile(file, separator));
            Load(_file, context);
        }
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "cidr",
        new SettingSpec("address", SettingType.List),
        new SettingSpec("address_field", SettingType.FieldReference),
        new SettingSpec("network", SettingType.List),
        new SettingSpec("network_path", SettingType.Path),
        new SettingSpec("refresh_interval", SettingType.Number) { Default = 600 },
        new SettingSpec("separator", SettingType.String) { Default = "\n" })
    {
        CreateFilter = context => new CidrFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        _file?.Refresh(context);
        foreach (var text in Addresses(target, context))
        {
            if (IPAddress.TryParse(text, out var address) && IsInside(address, target, context))
            {
                Matched(target, context);
                return;
            }
        }
    }

    private IEnumerable<string> Addresses(Event target, FilterContext context)
    {
        if (_addressField is null)
        {
            return _addresses.Select(template => template.Format(target, context.Now));
        }
        var value = target.Get(_addressField);
        return value.List is { } list ? Enumerable.Range(0, list.Count).Select(i => list[i].ToText())
            : value.IsNil ? [] : [value.ToText()];
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
            // A field may hold several networks.
            foreach (var text in CidrNetworks.Split(template.Format(target, context.Now)))
            {
                if (CidrNetworks.TryParse(text, out var network) && network.Contains(address))
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// <summary>Keeps the fixed networks and gives those that depend on the event.</summary>
    private EventTemplate[] ReadNetworks(PluginContext context)
    {
        var networks = new List<IPNetwork>();
        var templates = new List<EventTemplate>();
        foreach (var value in context.Settings.ListValues("network"))
        {
            var template = context.Template(value);
            if (!template.IsLiteral)
            {
                templates.Add(template);
                continue;
            }
            foreach (var text in CidrNetworks.Split(value.Text!))
            {
                if (CidrNetworks.TryParse(text, out var network))
                {
                    networks.Add(network);
                }
                else
                {
                    context.Error(value.Span, $"'{text}' is not a network", "write: 192.168.0.0/24");
                }
            }
        }
        _networks = [.. networks];
        return [.. templates];
    }

    private static void Load(RefreshedFile file, PluginContext context)
    {
        try
        {
            file.Load(context.Options.Time);
        }
        catch (Exception e) when (RefreshedFile.IsUnusable(e))
        {
            context.Error(
                "network_path",
                $"the networks of '{context.Settings.String("network_path")}' cannot be read: {e.Message}");
        }
    }

    private static void Exclude(PluginContext context, string one, string other)
    {
        if (context.Settings.Has(one) && context.Settings.Has(other))
        {
            context.Error(one, $"'{one}' and '{other}' exclude each other", $"leave out one of them");
        }
    }
}
