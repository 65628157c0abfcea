"""The forms of pyxform's own tests, in our words: what matters of each at the rows and in the
columns where it stands there.

The forms themselves (BSD 2-Clause) are not kept here; `test_examples.py` reads them instead of
these where the environment variable XLSFORMS names a folder that has them.
"""

from tests.surveys.xlsform.forms import Rows, tables

YES_NO = """
    list_name | name | label
    yes_no | yes | Yes
    yes_no | no | No
"""
#: Four lists, two of which have pictures instead of labels.
LISTS = """
    1: list name | name | label | image
    3: list | a | option a
    4: list | b | option b
    8: list2 | 1 | option 1
    9: list2 | 2 | option 2
    17: yes_no | yes | Yes
    18: yes_no | no | No
    20: a_b | a |  | a.jpg
    21: a_b | b |  | b.jpg
    23: happy_sad | happy |  | happy.jpg
    24: happy_sad | sad |  | sad.jpg
"""
#: The columns of the form that tries everything.
EVERYTHING = (
    "1: type | name | rows | repeat_count | label::english | hint | constraint"
    " | constraint_message::english | constraint_message::chinese | requiredMsg | required"
    " | appearance | default | relevant | read_only | calculation | hint::chinese"
    " | label::chinese | image | audio | image::english | media::audio::chinese | media::video"
    " | autoplay | buttonText | noAppErrorString"
)
A_B = """
    list_name | name | label | image | label::chinese
    yes_no | yes | Yes | | Ja, chinesisch
    yes_no | no | No | | Nein, chinesisch
    a_b | a | | a.jpg
    a_b | b | | b.jpg
"""


def everything(
    first_note: int, text: int, rest: int, more_columns: str = "", simserial: int = 1
) -> str:
    """A form that asks for all there is. The rows from 30 on are the same in all of its versions,
    those behind the numbers of the device move with `simserial`."""
    chinese = "| | | | | | | | | | | "
    lines = [
        EVERYTHING + more_columns,
        "2: select_one yes_no | skip_to_end | | | Skip to end",
        f"{first_note}: begin group | everything | | | | | | | | | | | "
        "| not(selected(${skip_to_end}, 'yes'))",
        f"{text}: text | my_name | 12 | | Enter your name",
        f"{rest}: text | address | | | Enter an address | | {chinese} ni hao | Hallo, chinesisch",
        f"9: text | media | | | media {'| ' * 12} | | a.jpg | a.wav | b.jpg | b.wav | t.mov | x",
        "10: note | picture_only",
        "13: integer | a_integer | | | a integer",
        "14: decimal | a_decimal | | | constrained decimal | | . <= ${a_integer}",
        "16: begin group | inside | | | | | | | | | | field-list",
        "17: text | required_text | | | required | | | | | Please. | yes",
        "18: select_multiple yes_no | several | | | several | "
        "| not(selected(., 'yes') and selected (., 'no')) | Sorry ${my_name}. | Sorry, chinesisch",
        "19: end group",
        "20: begin group | labelled | | | a table | | | | | | | field-list",
        "21: select_one yes_no | label-test | | | head | | | | | | | label",
        "22: select_one yes_no | list-nolabel-test | | | row | | | | | | TRUE | list-nolabel",
        "23: end group",
        "24: begin group | name | | | | | | | | | | table-list",
        "25: select_one yes_no | table_list_question | | | table list question | hint",
        "26: end group",
        "27: select_one a_b | compact-test | | | compact | | | | | | | compact",
        "30: acknowledge | acknowledge_test | | | acknowledge",
        "31: date | date_test | | | date",
        "34: geopoint | geopoint_test | | | geopoint",
        "35: barcode | barcode_test | | | barcode",
        "36: image | image_test | | | image",
        "37: audio | audio_test | | | audio",
        "38: video | video_test | | | video",
        "40: calculate | calculate_test | | | | | | | | | | | | | | 2+2",
        "42: start | start",
        "43: note | n1 | | | start: ${start}",
        "44: end | end",
        "45: note | n2 | | | end: ${end}",
        "46: today | today",
        "47: note | n3 | | | today: ${today}",
        "48: deviceid | deviceid",
        "49: note | n4 | | | ${deviceid}",
        "50: uri:deviceid | uri_deviceid",
        "51: note | n5 | | | ${uri_deviceid}",
    ]
    row = 52
    for name in ("simserial", "phonenumber")[1 - simserial :]:
        lines += [f"{row}: {name} | {name}", f"{row + 1}: note | n{row} | | | ${{{name}}}"]
        row += 2
    lines += [
        f"{row}: text | _1 | | | a number for a name",
        f"{row + 1}: text | FALSE | | | a word of spreadsheets for a name",
        f"{row + 2}: end group",
        f"{row + 3}: integer | launch | | | another program | | | | | "
        "| | ex:org.thirdparty.app.ActivityName | | | | | | | | | | | | | Launch | Sorry.",
    ]
    return "\n".join(lines)


SETTINGS = """
    form_title | form_id | public_key | submission_url | default_language | add_none_option
    Spec test | Spec test | MIIB | https://odk.example/submission | | FALSE
"""
NOT_A_FORM = "columns"

FORMS: dict[str, dict[str, Rows]] = {
    "allow_comment_rows_test": tables(
        """
        _Category | type | name | label:English
        Background on Agronomist
         | text | farmer_name | First and last name of farmer
        """,
        "list name | name | label:English",
    ),
    "attribute_columns_test": tables(
        everything(
            3,
            4,
            6,
            " | bind::saveIncomplete | bind::bindAttribute | instance::testAttribute"
            " | body::bodyAttribute | body::bodyAttribute2\n"
            "2: select_one yes_no | skip_to_end | | | Skip to end"
            + " |" * 22
            + "true() | test | test | 42 | test",
        ).replace("\n2: select_one yes_no | skip_to_end | | | Skip to end\n", "\n", 1),
        A_B,
        SETTINGS,
        columns="list name | name",
    ),
    "bad_calc": tables(
        """
        type | name | label | calculation
        calculate | badcalc | This fails | because pyxform doesn't know what to do
        """
    ),
    "calculate": tables(
        """
        type | name | label | calculation
        calculate | calculate_test | | 2+2
        note | calculate_test_output | 2+2 = ${calculate_test}
        calculate | second | | if(${calculate_test_output}=${calculate_test_output}, 'a', 'b')
        note | second_output | ${second}
        """,
        settings="form_title | form_id\ncalculate_test | calculate_test",
    ),
    "cascading_select_test_equivalent": tables(
        """
        type | name | label | relevant | calculation
        select_one zones | zone | Choose your zone:
        select_one states_1 | state_1 | Choose your state: | ${zone}='zone_1'
        select_one states_2 | state_2 | Choose your state: | ${zone}='zone_2'
        calculate | state | | | if(${zone}='zone_1', ${state_1}, ${state_2})
        select_one places | place_1 | Choose your place: | ${state}='state_1'
        select_one places | place_2 | Choose your place: | ${state}='state_2'
        select_one places | place_3 | Choose your place: | ${state}='state_3'
        select_one places | place_4 | Choose your place: | ${state}='state_4'
        calculate | chosen | | | if(${state}='state_1', ${place_1}, ${place_2})
        """,
        """
        1: list name | name | label
        3: zones | zone_1 | Zone 1
        4: zones | zone_2 | Zone 2
        6: states_1 | state_1 | State 1
        7: states_1 | state_2 | State 2
        9: states_2 | state_3 | State 3
        10: states_2 | state_4 | State 4
        12: places | place_1 | Place 1
        13: places | place_2 | Place 2
        """,
        "name | id_string\ncascading_select_test | cascading_select_test",
    ),
    "case_insensitivity": {
        "SURVEY": tables(
            """
            TYPE | NAME | LABEL::EN | CHOICE_FILTER
            select_one c1 | q1 | Are you good?
            select_one_external c1 | q2 | Where are you? | YES_NO=${q1}
            osm c1 | q3 | Where exactly?
            """
        )["survey"],
        "CHOICES": tables("LIST_NAME | NAME | LABEL::EN\nc1 | n1-c | l1-c\nc1 | n2-c | l2-c")[
            "survey"
        ],
        "SETTINGS": tables("FORM_TITLE | FORM_ID | DEFAULT_LANGUAGE\nYes or no | YesNo | EN")[
            "survey"
        ],
        "EXTERNAL_CHOICES": tables("LIST_NAME | NAME | LABEL | YES_NO\nc1 | n1-e | l1-e | yes")[
            "survey"
        ],
        "ENTITIES": tables("DATASET | LABEL\ne1 | l1")["survey"],
        "OSM": tables("LIST_NAME | NAME | LABEL\nc1 | n1-o | l1-o")["survey"],
    },
    "choice_filter_test": tables(
        """
        type | name | label | choice_filter
        select_one states | state | state
        select_one counties | county | county | ${state}=cf
        """,
        """
        list_name | name | label | cf
        states | texas | Texas
        states | washington | Washington
        counties | king | King | washington
        counties | pierce | Pierce | washington
        counties | king | King | texas
        counties | cameron | Cameron | texas
        """,
        "form_title | form_id | allow_choice_duplicates\ncascading | cascading1 | yes",
    ),
    "choice_name_as_type": tables(
        """
        type | name | label | choice_filter
        select_one zone | zone | Zone
        select_one_external type | atype | Type | zone=${zone}
        """,
        "list name | name | label | zone\nzone | zone | Zone\ntype | a | Type A | zone",
        external_choices="list name | name | label | zone\ntype | a | Type A | zone",
    ),
    "choice_name_same_as_select_name": tables(
        "type | name | label\nselect_one zone | zone | Zone",
        "list name | name | label\nzone | zone | Zone",
    ),
    "default_time_demo": tables(
        "type | name | label | default\ntime | start_time | Start time | 09:30:00",
        settings="form_title | form_id\nDefault TIme Demo | default_time_demo",
    ),
    "extra_columns": tables("type | name | label\ntext | a | A"),
    "extra_sheet_names": tables(
        "type | name | label\ntext | test | test", my_sheet="a", stettings="b"
    ),
    "field-list": tables(
        """
        type | name | label::english | hint
        begin group | name
        select_one yes_no | table_list_question | table list question | hint
        end_group
        """,
        """
        list_name | name | label | image | label::chinese
        yes_no | yes | Yes | | Ja, chinesisch
        yes_no | no | No | | Nein, chinesisch
        """,
    ),
    "flat_xlsform_test": tables(everything(5, 6, 8), A_B, SETTINGS, columns="list name | name"),
    "fruits": {"name_key": [], "mango": [], "orange": [], "banana": [], "papaya": []},
    "gps": tables("type | name | label\ngps | location | GPS"),
    "group": tables(
        """
        type | name | label:English (en)
        text | family_name | What's your family name?
        begin group | father | Father
        phone number | phone_number | What's your father's phone number?
        integer | age | How old is your father?
        end group
        """
    ),
    "hidden": tables("type | name | label\nhidden | hidden_test"),
    "include": tables(
        """
        type | name | label:English
        text | name | What's your name?
        include | yes_or_no_question | Yes or no question section
        """,
        "list name | name | label:english",
    ),
    "include_json": tables(
        "type | name | label:English\ninclude | how_old_are_you", "list name | name | label:english"
    ),
    "loop": tables(
        """
        type | name | label:english
        select all that apply from toilet_type or specify other | types | What type of toilets?
        begin loop over toilet_type | loop_toilet_types
        integer | number | How many %(label)s are on the premises?
        end loop
        """,
        """
        list name | name | label:english
        toilet_type | pit_latrine_with_slab | Pit latrine with slab
        toilet_type | open_pit_latrine | Pit latrine without slab/open pit
        toilet_type | bucket_system | Bucket system
        """,
    ),
    "or_other": tables(
        """
        type | name | label | choice_filter
        select_one colors or_other | fav_color | What is your favorite color?
        select_one colors | fav_pastel | What is your favorite pastel? | pastel=yes
        """,
        """
        list name | name | label | pastel
        colors | red | red | no
        colors | mauve | mauve | yes
        """,
    ),
    "pull_data": tables(
        """
        type | name | label | calculation
        calculate | fruit | | pulldata('fruits', 'name','name', 'mango')
        note | note_fruit | The fruit ${fruit} pulled from csv
        """
    ),
    "repeat_date_test": tables(
        """
        type | repeat_count | name | label | hint | calculation | bind:jr:constraintMsg
        note | | | 2012-12-12 00:00:00
        calculate | | repeat_count | | | 1
        begin repeat | ${repeat_count} | repeat_test
        select_one yes_no | | table_list_3 | Q1
        select_one yes_no | | table_list_4 | Question 2
        end repeat
        note | | | test end
        """,
        LISTS,
    ),
    "simple_loop": tables(
        """
        type | name | label:English
        begin loop over my_columns | my_table | My Table
        integer | count | How many are there in this group?
        end loop
        """,
        """
        list name | name | label:English
        my_columns | col1 | Column 1
        my_columns | col2 | Column 2
        """,
    ),
    "sms_info": tables(
        """
        type | name | sms_field | label
        begin group | section1 | a
        integer | age | q1 | How old are you?
        select one from yes_no | has_children | q2 | Do you have any children?
        date | bday | q3 | What's your birth day?
        text | name | q4 | What is your name?
        end group
        begin group | medias | c
        image | picture | | May I take your picture?
        geopoint | gps | | Record your GPS coordinates.
        end group
        begin group | metadata | meta
        phonenumber | phone | | Phone Number
        start | start | | Start DT
        note | nope | | Hey!
        end group
        """,
        "list name | name | sms_option | label\nyes_no | 0 | n | no\nyes_no | 1 | y | yes",
        "form_title | form_id | sms_keyword\nSMS Example | sms_info_form | inf",
    ),
    "specify_other": tables(
        """
        type | name | label:English
        select one from sexes or specify other | sex | What sex are you?
        """,
        "list name | name | label:English\nsexes | male | Male\nsexes | female | Female",
    ),
    "style_settings": tables(
        """
        type | name | label:english
        text | your_name | What is your name?
        integer | your_age | How many years old are you?
        """,
        "list name | name | label:english",
        "id_string | title | style\nnew_id | My Survey | ltr",
    ),
    "survey_no_name": {"Sheet1": tables("type | name | label\ntext | state | The State")["survey"]},
    "table-list": tables(
        """
        type | name | label | hint | appearance
        note | intro | Table-list tests
        begin group | table_list_test2 | A table | A hint | table-list
        select_one yes_no | table_list_3 | Q1 | A hint for the row
        select_one yes_no | table_list_4 | Question 2 | Another one
        end_group
        begin group | happy_sad_table | A table with pictures | A hint | table-list
        select_multiple  happy_sad | happy_sad_brian | Brian | A hint
        select_multiple happy_sad | happy_sad_michael | Michael | A hint
        end group
        """,
        LISTS,
    ),
    "text_and_integer": tables(
        """
        type | name | label:english
        text | your_name | What is your name?
        integer | your_age | How many years old are you?
        """,
        "list name | name | label:english",
    ),
    "tutorial": tables(
        """
        tutorial notes | type | name | label | bind:relevant | bind:constraint
        One can easily repeat questions. | begin repeat | member | Household Member
        Each row is a question. | text | name | What is this household member's name?
         | select one from sexes | sex | Is (NAME) male or female?
         | select one from yes_no | resident | Does (NAME) usually live here?
         | select one from yes_no | stayed | Did (NAME) stay here last night?
         | select one from yes_no | older_than_five | Is (NAME) older than five years?
         | integer | age_in_months | How old is (NAME)? | ${older_than_five}='no' | . <= 72
         | integer | age_in_years | How old is (NAME)? | ${older_than_five}='yes' | . >= 5
         | select one from yes_no | literate | Can they read? | ${age_in_years}>=15
         | select one from yes_no | pregnant | Pregnant? | ${sex}='female' and ${resident}='yes'
         | select one from sexes | once_more | Once more?
         | end repeat
        """,
        """
        1: tutorial notes | list name | name | label
        3: A list has a name. | sexes | male | Male
        4: | sexes | female | Female
        6: | yes_no | yes | Yes
        7: | yes_no | no | No
        """,
    ),
    "unknown_question_type": tables(
        """
        1: type | name | label | bind:relevant | hint | x | y | z | constraint message | relevance
        2: set form title | Nigeria_DRG_Mapping
        3: set form id | DRG
        4: get start time | start
        12: integer | mapping_id | DRG Mapping ID
        25: select one from project_sector | project_sector | Project Sector
        27: geopoint | gps | GPS Coordinate of Project
        28: image | picture | Photo of Project
        33: select one from lift_mechanisms | lift_mechanism | Lift? | ../project_sector='yes'
        35: select one from liftmechproblems | liftmechproblem | What is the problem?
        52: unknown | unknown
        """,
        """
        1: list name | name | label
        47: project_sector | Agriculture | Agriculture
        51: project_sector | Cross cutting | Cross cutting
        55: project_sector | Water and Sanitation | Water and Sanitation
        56: project_sector | Women Affairs | Women Affairs
        57: project_sector | Youth Affairs | Youth Affairs
        79: lift_mechanisms | Fuel powered pump | Fuel powered pump
        80: lift_mechanisms | grid powered pump | Pump powered by grid
        81: lift_mechanisms | solar powered pump | Pump powered by the sun
        82: lift_mechanisms | hand pump | Hand pump
        83: lift_mechanisms | other manual pump | Other manual
        84: lift_mechanisms | other lift mechanism | Other
        85: lift_mechanisms | don’t know | Don’t know
        87: liftmechproblems | lack of fuel | Lack of fuel
        88: liftmechproblems | problems with fuel powered pump | Mechanical problem
        89: liftmechproblems | no electricity from grid | No electricity
        90: liftmechproblems | problems with grid powered pump | Mechanical problem
        91: liftmechproblems | solar pump not working | Not working
        92: liftmechproblems | problems with manual pump | Mechanical problem
        93: liftmechproblems | unfinished | Never completed
        94: liftmechproblems | don't know | Don’t know
        """,
    ),
    "utf_csv": tables(
        "name | type | label\ntoppings | text | …what toppings do you prefer on your 🍔s?"
    ),
    "widgets.csv": tables(
        """
        1: type | name | label | hint | bind:constraint | bind:jr:constraintMsg | default | {}
        2: string | my_string | string widget | can be short or very long
        3: int | my_int | integer widget | try a number < 10 | . < 10 | less than 10
        5: date | my_date | date widget | only future | . >= today() | only future | 2010-06-15
        7: select all that apply from list | my_select | several | | not(selected(., 'c')) | | a c
        9: trigger | my_trigger | acknowledge widget | need to push button
        10: string | my_output | is it still ${{my_trigger}}? | long hint | | | | true()
        11: geopoint | my_geopoint | geopoint widget
        12: barcode | my_barcode | barcode widget
        13: image | my_image | image widget
        14: audio | my_audio | audio widget
        15: video | my_video | video widget
        17: geopoint | locationMap | Geopoint with map | | | | | | | maps
        """.format("bind:readonly | bind:relevant | control:appearance"),
        "list name | name | label\nlist | a | option a\nlist | c | option c",
    ),
    "widgets.xls": tables(
        """
        1: type | name | label | hint | constraint | bind:jr:constraintMsg | default | {}
        2: string | my_string | string widget | can be short or very long
        9: trigger | my_trigger | acknowledge widget | need to push button
        10: string | my_output | is it still ${{my_trigger}}? | long hint | | | | true()
        11: geopoint | my_geopoint | geopoint widget
        12: barcode | my_barcode | barcode widget
        13: image | my_image | image widget
        14: audio | my_audio | audio widget
        15: video | my_video | video widget
        17: geopoint | locationMap | Geopoint with map | | | | | | | maps
        33: begin group | happy_sad_table_2 | Multi List Group | | | | | | | field-list
        34: select_multiple happy_sad | head | Multi Choice List | | | | | | | label
        35: select_multiple happy_sad | brian2 | Brian | | | | | | | list-nolabel
        37: end group
        """.format("readonly | relevant | appearance"),
        LISTS.replace("a_b | a |  |", "a_b | a | a |"),
    ),
    "xlsform_spec_test": tables(
        everything(3, 4, 6, simserial=0), A_B, SETTINGS, columns="list name | name"
    ),
    "xml_escaping": tables(
        """
        type | calculation | name | label | hint | bind:jr:constraintMsg
        calculate | 2 | a
        calculate | 1 | b
        select_one yes_no | | table_list_3 | ${a} < ${b}
        """,
        LISTS,
    ),
    "yes_or_no_question": tables(
        "type | name | label:english\nselect one from yes_or_no | good_day | a good day today?",
        "list name | name | label:english\nyes_or_no | yes | yes\nyes_or_no | no | no",
    ),
}
