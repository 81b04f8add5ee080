using System.Globalization;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Counts events per key and period of their own time; successful (adds its tags) for those before and after the wanted
/// number. Remembers counts, so a key must always be seen by the same worker, or all share this instance.
/// </summary>
internal sealed class ThrottleFilter : Filter
{
    private readonly Lock _slotsLock = new(); // guards _slots and _newestTicks
    private readonly Dictionary<string, List<Slot>> _slots = new(StringComparer.Ordinal);
    private readonly EventTemplate _key;
    private readonly EventTemplate _period;
    private readonly EventTemplate _beforeCount;
    private readonly EventTemplate _afterCount;
    private readonly long _maxAgeTicks;
    private readonly long _maxCounters;
    private long _newestTicks;

    private ThrottleFilter(PluginContext context)
        : base(context)
    {
        var settings = context.Settings;
        _key = EventTemplate.Parse(settings.String("key") ?? string.Empty);
        _period = EventTemplate.Parse(settings.String("period")!);
        _beforeCount = EventTemplate.Parse(settings.String("before_count")!);
        _afterCount = EventTemplate.Parse(settings.String("after_count")!);
        _maxAgeTicks = settings.Integer("max_age") * TimeSpan.TicksPerSecond;
        _maxCounters = settings.Integer("max_counters");
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "throttle",
        new SettingSpec("key", SettingType.String) { Required = true },
        new SettingSpec("before_count", SettingType.String) { Default = "-1" },
        new SettingSpec("after_count", SettingType.String) { Default = "-1" },
        new SettingSpec("period", SettingType.String) { Default = "60" },
        new SettingSpec("max_age", SettingType.Number) { Default = 3600 },
        new SettingSpec("max_counters", SettingType.Number) { Default = 100000 })
    {
        CreateFilter = context => new ThrottleFilter(context),
    };

    public override bool IsStateful => true;

    public override void Apply(Event target, FilterContext context)
    {
        var key = _key.Format(target, context.Now);
        var period = Math.Max(1, Number(_period, target, context)) * TimeSpan.TicksPerSecond;
        var before = Number(_beforeCount, target, context);
        var after = Number(_afterCount, target, context);
        var count = Count(key, (target.Timestamp ?? context.Now).Ticks, period);
        if ((before != -1 && count < before) || (after != -1 && count > after))
        {
            Matched(target, context);
        }
    }

    private static long Number(EventTemplate template, Event target, FilterContext context) =>
        long.TryParse(template.Format(target, context.Now), NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out var number)
            ? number
            : -1;

    private long Count(string key, long ticks, long periodTicks)
    {
        lock (_slotsLock)
        {
            _newestTicks = Math.Max(_newestTicks, ticks);
            if (!_slots.TryGetValue(key, out var slots))
            {
                if (_maxCounters > 0 && _slots.Count >= _maxCounters)
                {
                    RemoveOldest();
                }
                _slots[key] = slots = [];
            }
            slots.RemoveAll(slot => slot.StartTicks < _newestTicks - _maxAgeTicks);
            var current = slots.Find(slot => ticks >= slot.StartTicks && ticks < slot.StartTicks + periodTicks);
            if (current is null)
            {
                current = new Slot(ticks);
                slots.Add(current);
            }
            return ++current.Count;
        }
    }

    // The limit is for memory; which keys go matters less than that the work stays small, so a share goes at once.
    private void RemoveOldest()
    {
        var oldest = _slots.OrderBy(pair => pair.Value.Count == 0 ? 0 : pair.Value[^1].StartTicks)
            .Take(Math.Max(1, _slots.Count / 10)).Select(pair => pair.Key).ToList();
        foreach (var key in oldest)
        {
            _slots.Remove(key);
        }
    }

    private sealed class Slot(long startTicks)
    {
        public long StartTicks { get; } = startTicks;

        public long Count { get; set; }
    }
}
