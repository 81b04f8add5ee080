namespace LogFlow.Processor.Pipeline;

/// <summary>Takes facility and severity out of a syslog priority.</summary>
internal sealed class SyslogPriFilter : Filter
{
    private const long DefaultPriority = 13;
    private const long PriorityMax = 191;
    private const string FailureTag = "_syslogpriparsefailure";

    private static readonly string[] Facilities =
    [
        "kernel", "user-level", "mail", "daemon", "security/authorization", "syslogd", "line printer", "network news",
        "uucp", "clock", "security/authorization", "ftp", "ntp", "log audit", "log alert", "clock", "local0", "local1",
        "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    private static readonly string[] Severities =
        ["emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"];

    private readonly FieldReference _source;
    private readonly bool _useLabels;
    private readonly IReadOnlyList<string> _facilityLabels;
    private readonly IReadOnlyList<string> _severityLabels;
    private readonly FieldReference _severityCode;
    private readonly FieldReference _severity;
    private readonly FieldReference _facilityCode;
    private readonly FieldReference _facility;

    private SyslogPriFilter(PluginContext context)
        : base(context)
    {
        var isEcs = context.IsEcs;
        _source = context.FieldOf("syslog_pri_field_name")
            ?? FieldReference.Parse(isEcs ? "[log][syslog][priority]" : "syslog_pri");
        _useLabels = context.Settings.Boolean("use_labels");
        _facilityLabels = context.Settings.List("facility_labels");
        _severityLabels = context.Settings.List("severity_labels");
        _severityCode = FieldReference.Parse(isEcs ? "[log][syslog][severity][code]" : "syslog_severity_code");
        _severity = FieldReference.Parse(isEcs ? "[log][syslog][severity][name]" : "syslog_severity");
        _facilityCode = FieldReference.Parse(isEcs ? "[log][syslog][facility][code]" : "syslog_facility_code");
        _facility = FieldReference.Parse(isEcs ? "[log][syslog][facility][name]" : "syslog_facility");
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "syslog_pri",
        new SettingSpec("syslog_pri_field_name", SettingType.FieldReference),
        new SettingSpec("use_labels", SettingType.Boolean) { Default = true },
        new SettingSpec("facility_labels", SettingType.List) { Default = Facilities },
        new SettingSpec("severity_labels", SettingType.List) { Default = Severities },
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] })
    {
        CreateFilter = context => new SyslogPriFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        var value = target.Get(_source);
        if (value.List is { Count: > 0 } list)
        {
            value = list[0];
        }
        var priority = DefaultPriority;
        if (!value.IsNil)
        {
            // As Ruby's to_i: what is no number is 0.
            var number = RubyNumber.ToInteger(value.ToText());
            priority = number.Kind == ValueKind.Integer ? number.Integer : 0;
        }
        var severity = priority & 7;
        var facility = priority >> 3;
        target.Set(_severityCode, EventValue.Of(severity));
        target.Set(_facilityCode, EventValue.Of(facility));
        if (_useLabels)
        {
            if (priority is < 0 or > PriorityMax)
            {
                Failed(target, context, [FailureTag]);
                return;
            }
            if (facility < _facilityLabels.Count)
            {
                target.Set(_facility, EventValue.Of(_facilityLabels[(int)facility]));
            }
            if (severity < _severityLabels.Count)
            {
                target.Set(_severity, EventValue.Of(_severityLabels[(int)severity]));
            }
        }
        Matched(target, context);
    }
}
