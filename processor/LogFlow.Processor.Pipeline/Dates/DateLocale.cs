namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Month, day and half-day names of a language. Built in, because services run without the system's culture data.
/// </summary>
internal sealed class DateLocale
{
    private DateLocale(string months, string shortMonths, string days, string shortDays)
    {
        Months = months.Split(' ');
        ShortMonths = shortMonths.Split(' ');
        Days = days.Split(' ');
        ShortDays = shortDays.Split(' ');
    }

    public static DateLocale English { get; } = new(
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "Mon Tue Wed Thu Fri Sat Sun");

    private static readonly Dictionary<string, DateLocale> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["en"] = English,
        ["de"] = new(
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
            "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
            "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
            "Mo Di Mi Do Fr Sa So"),
        ["fr"] = new(
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
            "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
            "lundi mardi mercredi jeudi vendredi samedi dimanche",
            "lun. mar. mer. jeu. ven. sam. dim."),
        ["es"] = new(
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
            "ene feb mar abr may jun jul ago sep oct nov dic",
            "lunes martes miércoles jueves viernes sábado domingo",
            "lun mar mié jue vie sáb dom"),
        ["it"] = new(
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
            "gen feb mar apr mag giu lug ago set ott nov dic",
            "lunedì martedì mercoledì giovedì venerdì sabato domenica",
            "lun mar mer gio ven sab dom"),
        ["pt"] = new(
            "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
            "jan fev mar abr mai jun jul ago set out nov dez",
            "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
            "seg ter qua qui sex sáb dom"),
        ["nl"] = new(
            "januari februari maart april mei juni juli augustus september oktober november december",
            "jan feb mrt apr mei jun jul aug sep okt nov dec",
            "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
            "ma di wo do vr za zo"),
    };

    public string[] Months { get; }

    public string[] ShortMonths { get; }

    public string[] Days { get; }

    public string[] ShortDays { get; }

    /// <summary>The languages that are known.</summary>
    public static IReadOnlyCollection<string> KnownLanguages => Known.Keys;

    /// <summary>
    /// The names of a locale such as <c>fr-FR</c> or <c>fr_FR</c>; null when its language is unknown.
    /// </summary>
    public static DateLocale? Find(string locale) => Known.GetValueOrDefault(locale.Split('-', '_', '.')[0]);
}
